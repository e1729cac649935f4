import type { Raster } from '../image/raster.js';
import type { StageTimes } from '../stages.js';
import type { MarkedBox } from './geometry.js';

/** Width and height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** An image that a finder looks at, as often and at whatever size it wants. */
export interface Image extends Size {
  /**
   * The image as it is shown, scaled to this size. The first size, as `FaceFinder.firstSize` says it, is decoded
   * already; any other makes the image be decoded once more.
   */
  raster(size: Size): Promise<Raster>;
}

/** A face as a model found it; its box and landmarks may reach beyond the image's edges. */
export type FoundFace = MarkedBox;

/** A loaded model, ready to find faces. One call of `find` at a time: its buffers are reused. */
export interface FaceFinder {
  /** The size at which it looks first at an image that is shown at `size`. */
  firstSize(size: Size): Size;
  /** The faces with at least the score `threshold`, in pixels of the shown image, best score first. */
  find(image: Image, options: { readonly threshold: number; readonly times: StageTimes }): Promise<FoundFace[]>;
}
