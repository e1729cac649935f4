import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { dataSampleBytes } from '#samples/parquet.js';

/** An inbox that a test drops files into. */
export interface Inbox {
  readonly dir: string;
  /** Path of a file or folder below it. */
  at(path: string): string;
  /** Writes a file under its name; its folders are made where needed. */
  write(path: string, bytes: Uint8Array | string): Promise<void>;
  /** Lets a finished file appear in one instant, as `mv` does. */
  moveIn(path: string, bytes: Uint8Array | string): Promise<void>;
}

/** @param staging a folder of the same file system outside the inbox */
export function openInbox(dir: string, staging: string): Inbox {
  const at = (path: string): string => join(dir, ...path.split('/'));
  const write = async (path: string, bytes: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), bytes);
  };
  let moved = 0;
  return {
    dir,
    at,
    write,
    async moveIn(path, bytes) {
      moved += 1;
      const draft = join(staging, `draft-${moved}`);
      await writeFile(draft, bytes);
      await mkdir(dirname(at(path)), { recursive: true });
      await rename(draft, at(path));
    },
  };
}

const firstMinute = Date.UTC(2023, 0, 1);

/** A data-sample file of few rows; another minute or another seed gives other bytes. */
export function sampleParquet(
  minute: number,
  { rows = 25, seed = 7 }: { rows?: number; seed?: number } = {},
): Uint8Array {
  return dataSampleBytes({ minute: new Date(firstMinute + minute * 60_000), seed, rows });
}
