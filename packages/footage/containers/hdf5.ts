import { closeSync } from 'node:fs';
import { Dataset, Group, File as Hdf5File, type Metadata } from 'h5wasm';
import { messageOf } from '#contracts/errors.js';
import { footageError } from '../errors.js';
import type { OpenFile } from '../location.js';
import { type FrameContainer, maxFrameBytes, type StoredFrame } from './container.js';
import { tooLarge } from './folder.js';
import { mountFile } from './hdf5-module.js';

/** Classes of HDF5's types (H5T_class_t). */
const classes = { integer: 0, opaque: 5, vlen: 9 } as const;

/** A compressed chunk is inflated whole, however little of it is wanted. */
const maxChunkBytes = 4 * maxFrameBytes;
/** Most names in a file that are looked at for the frames. */
const maxNames = 1_000;
const preferredNames = ['frames', 'images', 'pictures', 'data'];

/** How the frames of a dataset are stored; `bytesPerFrame` is not known of frames of various lengths. */
interface FrameLayout {
  readonly frames: number;
  readonly bytesPerFrame: number | undefined;
  read(index: number): StoredFrame;
}

/**
 * The frames of an HDF5 file: of its dataset `frames`, `images`, `pictures` or `data`, or of the first one that fits.
 * Frames are pixels, (N, height, width) or (N, height, width, 1 or 3) of unsigned bytes, or encoded images: N opaque values,
 * N lists of bytes, or (N, bytes). Only the chunks of the file that hold a frame are read.
 * @throws BadInputError `footage-unreadable`
 */
export async function openHdf5(file: OpenFile, path: string): Promise<FrameContainer> {
  const { name, unmount } = await mountFile(file);
  let hdf5: Hdf5File | undefined;
  const close = (): void => {
    try {
      hdf5?.close();
    } finally {
      unmount();
    }
  };
  try {
    hdf5 = new Hdf5File(name, 'r');
    const layout = findFrames(hdf5);
    if (layout === undefined) {
      const fitting =
        '(N, height, width), (N, height, width, 3), (N, bytes) of uint8, or N opaque or variable-length values';
      throw new Error(`it has no dataset of frames: ${fitting}`);
    }
    return {
      kind: 'hdf5',
      frames: layout.frames,
      read: (index) => readFrame(layout, index, path),
      close: () => closeAll(close, file),
    };
  } catch (cause) {
    endIfBroken(cause);
    close();
    const message = `expected an HDF5 file of frames at ${path}: ${saying(cause)}; see docs/frames.md`;
    throw footageError('footage-unreadable', message, cause);
  }
}

function closeAll(close: () => void, { descriptor }: OpenFile): void {
  try {
    close();
  } finally {
    closeSync(descriptor);
  }
}

async function readFrame(layout: FrameLayout, index: number, path: string): Promise<StoredFrame> {
  const { bytesPerFrame } = layout;
  if (bytesPerFrame !== undefined && bytesPerFrame > maxFrameBytes) throw tooLarge(path, bytesPerFrame);
  try {
    return layout.read(index);
  } catch (cause) {
    endIfBroken(cause);
    const message = `frame ${index} of ${path} cannot be read: ${saying(cause)}; copy the file again from its source`;
    throw footageError('frame-unreadable', message, cause);
  }
}

/**
 * Ends this process when the library itself has failed (its memory was overrun, or there is none left) and not
 * refused the file: what it holds can be trusted no more. The process that asked starts another.
 */
function endIfBroken(error: unknown): void {
  if (error instanceof Error && error.name === 'RuntimeError') process.exit(70);
}

/** What the library says: of its stacks of errors the innermost one (`#003: H5Fsuper.c line 312 in H5F__super_read(): …`). */
function saying(error: unknown): string {
  const lines = messageOf(error).trim().split('\n');
  const inner = lines.map((line) => /^\s*#\d+: .*?\(\): (.*)$/.exec(line)?.[1]).findLast((text) => text !== undefined);
  return inner ?? lines[0] ?? '';
}

function findFrames(file: Group): FrameLayout | undefined {
  const names = namesBelow(file).sort((a, b) => rank(a) - rank(b));
  for (const name of names) {
    const entity = file.get(name);
    const layout = entity instanceof Dataset ? layoutOf(entity) : undefined;
    if (layout !== undefined) return layout;
  }
  return undefined;
}

function rank(path: string): number {
  const index = preferredNames.indexOf(path.split('/').at(-1) ?? '');
  return index === -1 ? preferredNames.length : index;
}

/** Names in the file and in the groups of it. */
function namesBelow(file: Group): string[] {
  const names: string[] = [];
  for (const name of file.keys().slice(0, maxNames)) {
    const entity = file.get(name);
    if (entity instanceof Group) names.push(...entity.keys().map((each) => `${name}/${each}`));
    else names.push(name);
    if (names.length >= maxNames) break;
  }
  return names.slice(0, maxNames);
}

function layoutOf(dataset: Dataset): FrameLayout | undefined {
  const { metadata } = dataset;
  const { shape, type, size, chunks, virtual_sources: sources = [] } = metadata;
  // Frames of other files, which are not there (see mountFile): they would all be black.
  if (sources.length > 0) return undefined;
  if (shape === null || shape.length === 0 || shape[0] === undefined) return undefined;
  const [frames, ...rest] = shape;
  const chunkBytes = (chunks ?? []).reduce((product, side) => product * side, size);
  if (chunkBytes > maxChunkBytes) return undefined;
  if (type === classes.integer && isByte(metadata)) return bytesLayout(dataset, frames, rest);
  const isList = type === classes.vlen && metadata.vlen_type !== undefined && isByte(metadata.vlen_type);
  if (rest.length > 0 || !(isList || type === classes.opaque)) return undefined;
  const bytesPerFrame = isList ? undefined : size;
  return { frames, bytesPerFrame, read: (index) => ({ encoded: encodedOf(dataset.slice([[index, index + 1]])) }) };
}

const isByte = ({ type, size, signed }: Metadata): boolean => type === classes.integer && size === 1 && !signed;

function bytesLayout(dataset: Dataset, frames: number, rest: readonly number[]): FrameLayout | undefined {
  const [height = 0, width, channels = 1] = rest;
  const bytesPerFrame = rest.reduce((product, side) => product * side, 1);
  const take = (index: number): Uint8Array => encodedOf(dataset.slice([[index, index + 1], ...rest.map((): [] => [])]));
  if (rest.length === 1) return { frames, bytesPerFrame, read: (index) => ({ encoded: take(index) }) };
  if (width === undefined || rest.length > 3 || height < 1 || width < 1) return undefined;
  if (channels !== 1 && channels !== 3) return undefined;
  return { frames, bytesPerFrame, read: (index) => ({ pixels: take(index), width, height, channels }) };
}

/** A slice of one value: its bytes, or a list with them. */
function encodedOf(value: unknown): Uint8Array {
  const bytes: unknown = Array.isArray(value) ? value[0] : value;
  if (bytes instanceof Uint8Array) return bytes;
  throw new Error('expected bytes');
}
