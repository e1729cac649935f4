import { readSync } from 'node:fs';
import { ready } from 'h5wasm';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import type { OpenFile } from '../location.js';

/** What a file of Emscripten's file system in memory has that is replaced here. */
const MemoryNode = Type.Object({
  usedBytes: Type.Integer(),
  stream_ops: Type.Object({ read: Type.Unknown() }),
});

let lastName = 0;

/** Without it, reading what cannot be read gives whatever the library's memory held before. */
const throwing = ready.then((module) => {
  module.activate_throwing_error_handler();
  return module;
});

/**
 * Lets the HDF5 library see an open file under a name of its own file system, which lies in memory and has no other file:
 * whatever other files an HDF5 file names (external links, raw data kept elsewhere, virtual datasets), they are not there.
 * (The library's build for Node would open them on the disk.) The bytes are read from the open file as they are asked for.
 * @returns the name, and what removes it
 */
export async function mountFile({ descriptor, stats }: OpenFile): Promise<{ name: string; unmount(): void }> {
  const { FS } = await throwing;
  lastName += 1;
  const name = `/footage-${lastName}.h5`;
  FS.writeFile(name, new Uint8Array());
  const { node } = FS.lookupPath(name, {});
  if (!Check(MemoryNode, node)) throw new Error('expected a node of the file system in memory, got something else');
  node.usedBytes = Number(stats.size);
  node.stream_ops = {
    ...node.stream_ops,
    read: (_stream: unknown, buffer: Uint8Array, offset: number, length: number, position: number): number =>
      readSync(descriptor, buffer, offset, length, position),
  };
  return { name, unmount: () => FS.unlink(name) };
}
