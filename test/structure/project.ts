import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, seen from the built file. */
export const projectDir = fileURLToPath(new URL('../../../', import.meta.url));

/** The text of a file of the project. */
export function readProjectFile(path: string): string {
  return readFileSync(join(projectDir, path), 'utf8');
}

/** The files that are committed or could be: known to git, or new and not ignored. Needs a clone with git. */
export function listProjectFiles(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: projectDir,
    encoding: 'utf8',
  });
  return listed.split('\0').filter((path) => path !== '');
}
