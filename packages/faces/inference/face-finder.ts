import type { Raster } from '../picture/raster.js';
import type { ScoredBox } from './geometry.js';

/** A loaded model, ready to find faces. One call of `find` at a time: its buffers are reused. */
export interface FaceFinder {
  /** The model wants pictures scaled to fit this many pixels. */
  readonly box: { readonly width: number; readonly height: number };
  /** The faces in a raster that fits `box`, in its pixels, best score first; boxes may reach beyond its edges. */
  find(raster: Raster): Promise<ScoredBox[]>;
}
