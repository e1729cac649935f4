import { countTableRows, listScopeFiles, type ScopeFile, type TableRows } from '#database/datasets/reload-scope.js';
import { listDuplicatesOf, loadFromDuplicate } from '#database/ledger/reloads.js';
import type { Pool } from '#database/pool.js';
import { statInside } from '#inbox/inside-inbox.js';
import type { PipelineTarget } from './target.js';

/** Files that one wave looks at, about; with it go as many ids into one step's record. */
const filesPerWave = 10_000;
/** Files that are looked at in the inbox at a time. */
const looksAtOnce = 32;

/** The next files of a scope, as batches. What JSON keeps, since it is a step's result. */
export interface Wave {
  /** Ids of files, as the loading task takes them. */
  readonly batches: readonly (readonly string[])[];
  readonly missing: readonly string[];
  /** Files that have other bytes than the ledger knows; the watcher sees to them. */
  readonly changed: number;
  /** Missing files with more rows than they were loaded with, and files that have rows and are not loaded. */
  readonly doubled: readonly string[];
  /** The last path that it has looked at; null when there are no more behind it. */
  readonly next: string | null;
}

/** Where a wave is planned. */
interface PlanDeps {
  readonly pool: Pool;
  readonly inboxDir: string;
  readonly signal: AbortSignal;
}

/**
 * Plans the wave of files behind a path: batches as the source has them, of the files whose bytes are in the inbox.
 * @param about how many files it looks at, about
 */
export async function planWave(
  deps: PlanDeps,
  target: PipelineTarget,
  after: string,
  about = filesPerWave,
): Promise<Wave> {
  const { batch } = target.task.source;
  const limit = batch.files * Math.max(1, Math.floor(about / batch.files));
  const page = await listScopeFiles(deps.pool, target, { after, limit });
  const isLast = page.length < limit;
  const files = await withoutOtherDays(deps.pool, target, page);
  const there = await lookAt(deps, files);
  const { batches, left } = cutBatches(
    there.flatMap(({ file, is }) => (is === 'there' ? [file] : [])),
    batch,
    isLast,
  );
  // What does not fill a batch comes with the next wave, unless it is all there is.
  const [firstLeft] = left;
  const waits = firstLeft !== undefined && batches.length > 0 ? firstLeft : undefined;
  const taken = there.filter(({ file }) => waits === undefined || isBefore(file.path, waits.path));
  const missing = taken.flatMap(({ file, is }) => (is === 'missing' && file.state === 'loaded' ? [file] : []));
  const gone = await judgeMissing(deps, target, missing);
  const unloaded = await idsWithRows(
    deps.pool,
    target,
    taken.flatMap(({ file, is }) => (is === 'there' && file.state !== 'loaded' ? [file.id] : [])),
  );
  const all = [...batches, ...(waits === undefined && left.length > 0 ? [left] : [])].map((each) =>
    each.map(({ id }) => String(id)),
  );
  return {
    batches: gone.moved.length > 0 ? [...all, gone.moved] : all,
    missing: gone.missing,
    changed: taken.filter(({ is }) => is === 'changed').length,
    doubled: [...gone.doubled, ...unloaded],
    next: waits ? (taken.at(-1)?.file.path ?? after) : isLast ? null : (page.at(-1)?.path ?? null),
  };
}

/** In the order of their bytes, as the ledger is read. */
const isBefore = (a: string, b: string): boolean => Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;

/**
 * Leaves out files that were loaded before the ledger kept the times of their rows, unless they have rows on the day or
 * have lost some: of which day these were is not known, and to load them once more does no harm.
 */
async function withoutOtherDays(
  pool: Pool,
  target: PipelineTarget,
  files: readonly ScopeFile[],
): Promise<readonly ScopeFile[]> {
  if (target.scope.kind !== 'day') return files;
  const unknown = files.filter((file) => file.state === 'loaded' && !file.hasTimes);
  const found = await countTableRows(
    pool,
    target,
    unknown.map(({ id }) => id),
  );
  const isOther = (file: ScopeFile): boolean => {
    const there = found.get(file.id);
    return file.state === 'loaded' && !file.hasTimes && there?.onDay === 0 && there.rows === file.rows;
  };
  return files.filter((file) => !isOther(file));
}

interface SeenFile {
  readonly file: ScopeFile;
  readonly is: 'there' | 'changed' | 'missing';
}

async function lookAt({ inboxDir, signal }: PlanDeps, files: readonly ScopeFile[]): Promise<SeenFile[]> {
  const seen: SeenFile[] = [];
  for (let at = 0; at < files.length; at += looksAtOnce) {
    signal.throwIfAborted();
    const some = files.slice(at, at + looksAtOnce);
    seen.push(...(await Promise.all(some.map(async (file) => ({ file, is: await statusOf(inboxDir, file) })))));
  }
  return seen;
}

async function statusOf(inboxDir: string, file: Pick<ScopeFile, 'path' | 'size' | 'mtimeNs'>): Promise<SeenFile['is']> {
  const there = await statInside(inboxDir, file.path);
  if (!there?.isFile()) return 'missing';
  return there.size === file.size && there.mtimeNs === file.mtimeNs ? 'there' : 'changed';
}

/**
 * Cuts files into batches as the dispatcher does: no more files and bytes than the source says; a larger file alone, and
 * so one that has brought a batch down.
 * @param isLast no files come behind these, so the last batch need not be full
 */
export function cutBatches<T extends Pick<ScopeFile, 'size' | 'alone'>>(
  files: readonly T[],
  limits: { readonly files: number; readonly bytes: number },
  isLast: boolean,
): { readonly batches: readonly (readonly T[])[]; readonly left: readonly T[] } {
  const batches: T[][] = [];
  let open: T[] = [];
  let bytes = 0;
  const close = (): void => {
    if (open.length > 0) batches.push(open);
    open = [];
    bytes = 0;
  };
  for (const file of files) {
    const size = Number(file.size);
    if (file.alone || bytes + size > limits.bytes) close();
    open.push(file);
    bytes += size;
    if (file.alone || open.length >= limits.files) close();
  }
  if (isLast) close();
  return { batches, left: open };
}

async function idsWithRows(pool: Pool, target: PipelineTarget, ids: readonly bigint[]): Promise<string[]> {
  return [...(await countTableRows(pool, target, ids)).keys()].map(String);
}

/** What is to be done about loaded files whose bytes are not at their paths. */
interface Gone {
  /** Paths of those whose bytes are nowhere in the inbox, as far as the ledger knows. */
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Ids of the files that have the bytes of those that had lost rows: they are to be loaded instead. */
  readonly moved: readonly string[];
}

/**
 * Bytes that were moved within the inbox are a duplicate at their new path. While the rows of the file are whole nothing
 * is to be done; when they are not, the bytes are loaded from where they are now.
 */
async function judgeMissing(deps: PlanDeps, target: PipelineTarget, files: readonly ScopeFile[]): Promise<Gone> {
  const ids = files.map(({ id }) => id);
  const found = await countTableRows(deps.pool, target, ids);
  const twins = await listDuplicatesOf(deps.pool, ids);
  const gone = { missing: [] as string[], doubled: [] as string[], moved: [] as string[] };
  for (const file of files) {
    const rows: TableRows['rows'] = found.get(file.id)?.rows ?? 0;
    const twin = await firstThere(deps, twins.get(file.id) ?? []);
    if (twin && rows !== file.rows && (await loadFromDuplicate(deps.pool, file.id, twin.id))) {
      gone.moved.push(String(twin.id));
    } else if (!twin) {
      gone.missing.push(file.path);
      if (rows > (file.rows ?? 0)) gone.doubled.push(String(file.id));
    }
  }
  return gone;
}

async function firstThere<T extends Pick<ScopeFile, 'path' | 'size' | 'mtimeNs'>>(
  { inboxDir }: PlanDeps,
  files: readonly T[],
): Promise<T | undefined> {
  for (const file of files) {
    if ((await statusOf(inboxDir, file)) === 'there') return file;
  }
  return undefined;
}
