import { realpathSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Takes paths of the server out of what is stored for people to see. */
export interface ServerPaths {
  /** A text in which paths below the inbox, the data folder and the program's folder stand as below those. */
  hide(text: string): string;
  /** What is said of an error, such as its message: the same, and the path that the system's error names by its last part. */
  hideOf(error: unknown, text: string): string;
}

/**
 * The program's folder, from dist/packages/runs on; where it is installed in a project, that of the project, whose
 * other packages are named in stacks as well.
 */
const program = projectOf(fileURLToPath(new URL('../../../', import.meta.url)).slice(0, -1));

function projectOf(path: string): string {
  const [project = path] = path.split(`${sep}node_modules${sep}`);
  return project;
}

/** @param folders of the server, absolute; stacks name them without symbolic links */
export function serverPaths(folders: readonly string[]): ServerPaths {
  const all = new Set([...folders, ...folders.map(withoutLinks), program]);
  const roots = [...all].filter((root) => root.length > 1).sort((a, b) => b.length - a.length);
  const hide = (text: string): string =>
    roots.reduce((rest, root) => rest.replaceAll(`file://${root}${sep}`, '').replaceAll(root + sep, ''), text);
  return {
    hide,
    hideOf(error, text) {
      const hidden = hide(text);
      const path = error instanceof Error && 'path' in error ? error.path : undefined;
      return typeof path === 'string' && path !== '' ? hidden.replaceAll(path, basename(path)) : hidden;
    },
  };
}

function withoutLinks(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
