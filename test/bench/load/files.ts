import { fork } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdir, readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from '#contracts/errors.js';
import { sampleMinute } from '#samples/data-sample-oracles.js';
import { dataSampleFileName } from '#samples/parquet.js';

/** The seed of all files of the bench, so that a folder of them can be used again. */
export const benchSeed = 1;

/**
 * Generates the first `files` files of the data sample in a folder, on all cores; those that are there stay.
 * @returns seconds it took
 */
export async function provideFiles(folder: string, files: number): Promise<number> {
  const begin = performance.now();
  const script = fileURLToPath(new URL('../generate-data-sample.js', import.meta.url));
  const shares = availableParallelism();
  await Promise.all(
    Array.from({ length: shares }, async (_, share) => {
      const args = [folder, files, share, shares].map(String);
      const [code]: unknown[] = await once(fork(script, args, { execArgv: [], stdio: 'inherit' }), 'exit');
      if (code !== 0) throw new Error(`the files could not be generated in ${folder}; see above`);
    }),
  );
  return (performance.now() - begin) / 1000;
}

/**
 * Puts the first `files` files of a folder into the inbox, a folder per day. Hard links: as quick as moving them, and
 * the next round finds them where they were.
 */
export async function fillInbox(folder: string, inbox: string, files: number): Promise<void> {
  const present = new Set(await readdir(folder));
  for (let index = 0; index < files; index++) {
    const minute = sampleMinute(index);
    const name = dataSampleFileName(minute, 'colons');
    if (!present.has(name)) throw new SetupError(`${folder}: expected a file ${name}, which is not there`);
    const day = join(inbox, name.slice(0, 10));
    if (index === 0 || name.includes(' 00:00:00')) await mkdir(day, { recursive: true });
    await link(join(folder, name), join(day, name)).catch(refuseOtherDisk(folder, inbox));
  }
}

function refuseOtherDisk(folder: string, inbox: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'EXDEV') {
      throw new SetupError(`${folder} and the inbox ${inbox} lie on two disks: give --dir on the disk of --keep`);
    }
    throw error;
  };
}
