import type { Raster } from '../picture/raster.js';
import type { StageTimes } from '../stages.js';
import type { MarkedBox } from './geometry.js';

/** Width and height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture that a finder looks at, as often and at whatever size it wants. */
export interface Picture extends Size {
  /**
   * The picture as it is shown, scaled to this size. The first size, as `FaceFinder.firstSize` says it, is decoded
   * already; any other makes the picture be decoded once more.
   */
  raster(size: Size): Promise<Raster>;
}

/** A face as a model found it; its box and landmarks may reach beyond the picture's edges. */
export type FoundFace = MarkedBox;

/** A loaded model, ready to find faces. One call of `find` at a time: its buffers are reused. */
export interface FaceFinder {
  /** The size at which it looks first at a picture that is shown at `size`. */
  firstSize(size: Size): Size;
  /** The faces with at least the score `threshold`, in pixels of the shown picture, best score first. */
  find(picture: Picture, options: { readonly threshold: number; readonly times: StageTimes }): Promise<FoundFace[]>;
}
