import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A wall clock of some processes that a test sets while they run. Their monotonic clocks go on undisturbed. */
export interface TestClock {
  /** What the processes have to find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it `seconds` before (below 0) or after the machine's; the processes notice within a second or two. */
  set(seconds: number): Promise<void>;
  /** Removes its files, once no process uses it any more. */
  close(): Promise<void>;
}

/** Where Debian and Ubuntu put the library of the package libfaketime; FAKETIME_LIBRARY names another. */
const libraries = [
  process.env['FAKETIME_LIBRARY'] ?? '',
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
];

/** What a test says when it is skipped because there is no such clock. */
export const clockMissing = `libfaketime not found (apt-get install libfaketime, or FAKETIME_LIBRARY): skipped (CI=true makes this an error)`;

/**
 * @returns undefined when the machine has no libfaketime
 * @throws Error when it has none and CI=true
 */
export async function openClock(): Promise<TestClock | undefined> {
  const library = libraries.find((path) => path !== '' && existsSync(path));
  if (library === undefined) {
    if (process.env['CI'] === 'true') throw new Error(clockMissing);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'millrace-test-clock-'));
  // PostgreSQL reads it as another user where we are root.
  await chmod(folder, 0o755);
  const file = join(folder, 'offset');
  const set = (seconds: number): Promise<void> => writeFile(file, `${seconds < 0 ? '' : '+'}${seconds}`);
  await set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    set,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
