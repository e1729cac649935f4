import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Raster } from '../image/raster.js';
import { BLAZEFACE_GRIDS, BLAZEFACE_NAMES } from '../model/blazeface-shape.js';
import type { StageTimes } from '../stages.js';
import { decodeBlazeface } from './blazeface.js';
import type { FoundFace } from './face-finder.js';
import { floats, shapeOf } from './session.js';
import { type PixelFormat, writePlanes } from './tensor.js';

const STEP = Math.max(...BLAZEFACE_GRIDS.map((grid) => grid.stride));

/** A BlazeFace network that looks at rasters of any size. Its input buffer is reused, so one call at a time. */
export interface BlazefaceNetwork {
  /** The faces with at least `minScore`, in pixels of the raster; one face is found by several anchors. */
  look(raster: Raster, minScore: number, times: StageTimes): Promise<FoundFace[]>;
}

/** True when the session's inputs and outputs are those of the BlazeFace that `convertBlazeface` makes. */
export function isBlazeface(session: InferenceSession): boolean {
  const [, channels, height, width] = shapeOf(session, BLAZEFACE_NAMES.input) ?? [];
  const known = [BLAZEFACE_NAMES.scores, BLAZEFACE_NAMES.boxes].every((name) => session.outputNames.includes(name));
  return known && channels === 3 && typeof height === 'string' && typeof width === 'string';
}

/** The network of a session of which `isBlazeface` is true. */
export function createBlazefaceNetwork(session: InferenceSession, pixels: PixelFormat): BlazefaceNetwork {
  const padded = (side: number) => Math.ceil(side / STEP) * STEP;
  let buffer = new Float32Array(0);

  return {
    async look(raster, minScore, times) {
      const size = { width: padded(raster.width), height: padded(raster.height) };
      const values = 3 * size.width * size.height;
      if (buffer.length < values) buffer = new Float32Array(values);
      const planes = buffer.subarray(0, values);
      times.timeSync('tensor', () => writePlanes(planes, raster, { left: 0, top: 0, ...size }, pixels));
      const input = new Tensor('float32', planes, [1, 3, size.height, size.width]);
      const outputs = await times.time('infer', () => session.run({ [BLAZEFACE_NAMES.input]: input }));
      const logits = floats(outputs, BLAZEFACE_NAMES.scores);
      const boxes = floats(outputs, BLAZEFACE_NAMES.boxes);
      return times.timeSync('boxes', () => decodeBlazeface(logits, boxes, size, minScore));
    },
  };
}
