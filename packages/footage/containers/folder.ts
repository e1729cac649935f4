import { closeSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { footageError } from '../errors.js';
import { openBelow, readWhole } from '../location.js';
import { type FrameContainer, maxFrameBytes, maxImages } from './container.js';
import { isImageName, orderFrames } from './frame-names.js';

/** A folder of images, those of folders in it left out. Each is opened when it is asked for. */
export async function openFolder(root: string, path: string): Promise<FrameContainer> {
  const names: string[] = [];
  for await (const entry of await opendir(join(root, ...path.split('/')))) {
    if (!entry.isFile() || !isImageName(entry.name)) continue;
    names.push(entry.name);
    if (names.length > maxImages) {
      const message = `${path} has more than ${maxImages} images; split it into several footages`;
      throw footageError('footage-unreadable', message);
    }
  }
  const frames = orderFrames(names, (name) => name);
  return {
    kind: 'folder',
    frames: frames.count,
    async read(index) {
      const name = frames.at(index);
      if (name === undefined) throw leftOut(path, index);
      const file = openBelow(root, `${path}/${name}`);
      try {
        if (file.stats.size > maxFrameBytes) throw tooLarge(`${path}/${name}`, Number(file.stats.size));
        return { encoded: readWhole(file) };
      } finally {
        closeSync(file.descriptor);
      }
    },
    close: () => {},
  };
}

/** The images are named by their indices, and none has this one. */
export const leftOut = (path: string, index: number) =>
  footageError('frame-missing', `${path} has images named by their index, and none is named ${index}`);

/** @param path of the frame, below the folder of the footages */
export const tooLarge = (path: string, bytes: number) =>
  footageError('frame-unreadable', `expected a frame of at most ${maxFrameBytes} bytes, got ${bytes} in ${path}`);
