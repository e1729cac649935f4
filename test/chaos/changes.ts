import { createHash } from 'node:crypto';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createRandom } from '#samples/random.js';
import { badContent, type Content, type Kind, pickKind } from './contents.js';

/** What lies at a path of the inbox. */
export interface Truth {
  readonly sha256: string;
  readonly expected: Content['expected'];
}

interface Written extends Truth {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
}

/** Changes an inbox at random, and knows what lies in it. */
export interface Changes {
  /** Makes the next change. */
  next(): Promise<void>;
  /** How many of each kind were made. */
  readonly counts: ReadonlyMap<string, number>;
  /** By path. */
  truth(): ReadonlyMap<string, Truth>;
  /** Whether two paths ever had the same bytes, so that one may be a duplicate of the other. */
  isCopied(sha256: string): boolean;
}

/** @param folder holds `inbox`; files are prepared beside it */
export async function openChanges(folder: string, seed: number): Promise<Changes> {
  const inbox = join(folder, 'inbox');
  const staging = join(folder, 'staging');
  for (const path of [inbox, staging]) await mkdir(path, { recursive: true });
  const random = createRandom(seed, 'changes');
  const written = new Map<string, Written>();
  const copied = new Set<string>();
  const counts = new Map<string, number>();
  let number = 0;

  /** Appears complete, or is written bit by bit as a slow writer does. */
  const put = async (path: string, bytes: Uint8Array): Promise<void> => {
    const target = join(inbox, path);
    await mkdir(dirname(target), { recursive: true });
    if (random.int(0, 2) > 0) {
      const draft = join(staging, 'draft');
      await writeFile(draft, bytes);
      await rename(draft, target);
      return;
    }
    const middle = random.int(0, bytes.length);
    await writeFile(target, bytes.subarray(0, middle));
    await writeFile(target, bytes.subarray(middle), { flag: 'a' });
  };
  const write = async (path: string, kind: Kind, { bytes, expected }: Content): Promise<void> => {
    await put(path, bytes);
    written.set(path, { kind, bytes, expected, sha256: createHash('sha256').update(bytes).digest('hex') });
  };
  const some = (): [string, Written] | undefined =>
    written.size === 0 ? undefined : random.pick([...written.entries()]);

  const ways: Readonly<Record<string, () => Promise<void>>> = {
    async 'new file'() {
      const kind = pickKind(random);
      await write(`${number % 17}/${kind.fileName(number)}`, kind, await kind.content(number, random));
    },
    async 'broken file'() {
      const kind = pickKind(random);
      await write(`broken/${kind.fileName(number)}`, kind, await badContent(kind, number, random));
    },
    async 'new content'() {
      const [path, replaced] = some() ?? [];
      if (path === undefined || replaced === undefined) return;
      const { kind } = replaced;
      const bad = random.int(0, 9) === 0;
      await write(path, kind, bad ? await badContent(kind, number, random) : await kind.content(number, random));
    },
    async copy() {
      const [path, original] = some() ?? [];
      if (path === undefined || original === undefined) return;
      copied.add(original.sha256);
      await write(`copies/${number}/${basename(path)}`, original.kind, original);
    },
    async touch() {
      const [path] = some() ?? [];
      if (path !== undefined) await utimes(join(inbox, path), new Date(), new Date());
    },
  };
  const mostlyNew = ['new file', 'new file', 'new file', 'new file', 'new content', 'broken file', 'copy', 'touch'];

  return {
    counts,
    isCopied: (sha256) => copied.has(sha256),
    truth: () => written,
    async next() {
      number += 1;
      const way = random.pick(mostlyNew);
      counts.set(way, (counts.get(way) ?? 0) + 1);
      await ways[way]?.();
    },
  };
}
