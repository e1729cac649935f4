import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { frameJpeg, framePixels, frameSize } from './frame-image.js';
import { hdf5Bytes } from './hdf5.js';
import { type ContainerKind, containerKindOf, type SampleFootage, type SampleRecording } from './model.js';
import { zipBytes } from './zip.js';

/** Writes the frames of a recording's footages below the folder of the footages. */
export async function writeFootages(dir: string, { index, footages }: SampleRecording): Promise<void> {
  for (const [camera, footage] of footages.entries()) {
    await writers[containerKindOf(index, camera)](join(dir, footage.filename), footage, index);
  }
}

type WriteFrames = (path: string, footage: SampleFootage, index: number) => Promise<void>;

const writers: Record<ContainerKind, WriteFrames> = {
  async folder(path, footage) {
    await mkdir(path, { recursive: true });
    for (const [frame, jpeg] of (await jpegsOf(footage)).entries()) {
      // Without leading zeros: the order of the names as texts is not that of the frames.
      await writeFile(join(path, `${frame}.jpg`), jpeg);
    }
  },
  async zip(path, footage) {
    const entries = (await jpegsOf(footage)).map((bytes, frame) => ({
      name: `frames/frame_${frame}.jpg`,
      bytes,
      deflate: frame % 2 === 1,
    }));
    await write(path, zipBytes(entries));
  },
  /** By turns pixels in colour, grey pixels, and JPEGs, one per row, filled up with zeros. */
  async hdf5(path, footage, index) {
    const { width, height } = frameSize;
    const { frames } = footage;
    const form = Math.floor(index / 3) % 3;
    if (form === 0) {
      const rows = (await jpegsOf(footage)).map((jpeg) => new Uint8Array(jpeg));
      const length = Math.max(...rows.map((row) => row.length));
      await write(path, await hdf5Bytes([{ name: 'frames', data: joined(rows, length), shape: [frames, length] }]));
      return;
    }
    const rows = Array.from({ length: frames }, (_, frame) => framePixels(footage.id, frame));
    if (form === 1) {
      const shape = [frames, height, width, 3];
      const chunks = [1, height, width, 3];
      await write(path, await hdf5Bytes([{ name: 'frames', data: joined(rows, rows[0]?.length ?? 0), shape, chunks }]));
      return;
    }
    const grey = rows.map((row) => row.filter((_, byte) => byte % 3 === 0));
    const data = joined(grey, width * height);
    await write(path, await hdf5Bytes([{ name: 'frames', data, shape: [frames, height, width] }]));
  },
};

function jpegsOf({ id, frames }: SampleFootage): Promise<Buffer[]> {
  return Promise.all(Array.from({ length: frames }, (_, frame) => frameJpeg(id, frame)));
}

/** The rows one after the other, each filled up to the same length. */
function joined(rows: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(rows.length * length);
  for (const [index, row] of rows.entries()) all.set(row, index * length);
  return all;
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}
