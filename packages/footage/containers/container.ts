import type { ContainerKind } from '../messages.js';

/** Most bytes of one frame, encoded or as pixels. */
export const maxFrameBytes = 64 * 2 ** 20;

/** Most images that a folder or an archive may have. */
export const maxImages = 100_000;

/** A frame as it is stored: an encoded image, or pixels row by row. */
export type StoredFrame =
  | { readonly encoded: Uint8Array }
  | { readonly pixels: Uint8Array; readonly width: number; readonly height: number; readonly channels: 1 | 3 };

/** An open footage, whose frames are read by their index and no further than that. */
export interface FrameContainer {
  readonly kind: ContainerKind;
  /** Frames have the indices from 0 to one less. */
  readonly frames: number;
  /** @throws BadInputError with one of `footageFaults` */
  read(index: number): Promise<StoredFrame>;
  close(): void;
}
