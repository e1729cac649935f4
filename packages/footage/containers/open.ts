import { closeSync, readSync } from 'node:fs';
import { statInside } from '#inbox/inside-inbox.js';
import { footageError } from '../errors.js';
import { isPathBelow, missing, type OpenFile, openBelow } from '../location.js';
import type { FrameContainer } from './container.js';
import { openFolder } from './folder.js';
import { openHdf5 } from './hdf5.js';
import { openZip } from './zip.js';

/** A footage that is kept open, and what it was when it was opened. */
interface Kept {
  readonly state: string;
  readonly container: FrameContainer;
}

/** Most footages that are kept open. */
const maxOpen = 8;

/** Keeps the footages that were asked for last open, so that a directory is read once for many frames. */
export class OpenFootages {
  /** By location; the last used last. */
  readonly #kept = new Map<string, Kept>();

  /**
   * The footage below `root`, open; anew when it has changed. It may be closed by the next call.
   * @throws BadInputError with one of `footageFaults`
   */
  async open(root: string, filename: string): Promise<FrameContainer> {
    if (!isPathBelow(filename)) {
      const expected = 'expected a path below FOOTAGE_DIR, with / between folders and without . and ..';
      throw footageError('footage-missing', `${expected}, got ${JSON.stringify(filename.slice(0, 200))}`);
    }
    const stats = await statInside(root, filename);
    const key = `${root}\0${filename}`;
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    const state = stats && `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
    if (kept !== undefined && kept.state === state) {
      this.#kept.set(key, kept);
      return kept.container;
    }
    kept?.container.close();
    if (stats === undefined || state === undefined) throw missing(filename);
    const container = stats.isDirectory() ? await openFolder(root, filename) : await openFile(root, filename);
    this.#kept.set(key, { state, container });
    for (const [oldest, { container: old }] of this.#kept) {
      if (this.#kept.size <= maxOpen) break;
      this.#kept.delete(oldest);
      old.close();
    }
    return container;
  }
}

async function openFile(root: string, filename: string): Promise<FrameContainer> {
  const file = openBelow(root, filename);
  try {
    const head = headOf(file);
    if (head.startsWith('504b0304') || head.startsWith('504b0506')) return await openZip(file, filename);
    // Some HDF5 files begin with a block of their writer's.
    if (head === '894844460d0a1a0a' || /\.(h5|hdf5?)$/i.test(filename)) return await openHdf5(file, filename);
    const message = `expected a folder of images, a ZIP archive or an HDF5 file at ${filename}, got a file that begins with the bytes ${head}`;
    throw footageError('footage-unreadable', message);
  } catch (error) {
    closeSync(file.descriptor);
    throw error;
  }
}

function headOf({ descriptor }: OpenFile): string {
  const head = Buffer.alloc(8);
  const length = readSync(descriptor, head, 0, head.length, 0);
  return head.toString('hex', 0, length);
}
