import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, SetupError } from '#contracts/errors.js';

/** Versions that the peers' modules beside this one are written for. */
const wanted = { 'graphile-worker': '^0.17.3', 'pg-boss': '^10.4.2' };

/**
 * Has npm install the peers' packages into a folder, unless they are there, without running scripts of theirs.
 * @returns the versions that are there
 */
export async function installPeers(folder: string): Promise<Record<string, string>> {
  if (!Object.keys(wanted).every((name) => existsSync(join(folder, 'node_modules', name)))) {
    await mkdir(folder, { recursive: true });
    const project = { name: 'peers', private: true, dependencies: wanted };
    await writeFile(join(folder, 'package.json'), JSON.stringify(project));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    try {
      await promisify(execFile)('npm', ['install', ...quiet], { cwd: folder });
    } catch (cause) {
      throw new SetupError(
        `--peers: expected npm to install ${Object.keys(wanted).join(' and ')} into ${folder}, got: ${messageOf(cause).replaceAll('\n', ' ')}; ` +
          'leave the peers out with --which millrace,bullmq',
        { cause },
      );
    }
  }
  const versions = Object.keys(wanted).map(async (name) => {
    const found: { version: string } = JSON.parse(
      await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8'),
    );
    return [name, found.version] as const;
  });
  return Object.fromEntries(await Promise.all(versions));
}

/** Imports a package that was installed there. @returns its exports; the caller knows their types */
export async function importPeer<T>(folder: string, name: string): Promise<T> {
  const entry = createRequire(join(folder, 'package.json')).resolve(name);
  return await import(pathToFileURL(entry).href);
}
