import { type InferenceSession, Tensor } from 'onnxruntime-node';
import type { Raster } from '../image/raster.js';
import type { StageTimes } from '../stages.js';
import type { FoundFace, Size } from './face-finder.js';
import { floats, shapeOf } from './session.js';
import { type PixelFormat, writePlanes } from './tensor.js';
import { decodeYunetGrid, YUNET_STRIDES } from './yunet.js';

const STEP = Math.max(...YUNET_STRIDES);

/** A YuNet network that looks at rasters. Its input buffer is reused, so one call at a time. */
export interface YunetNetwork {
  /** The size that every raster must fit into, for a model whose input is not open; undefined: any size. */
  readonly fixed: Size | undefined;
  /** The faces with at least `minScore`, in pixels of the raster; one face is found in several cells. */
  look(raster: Raster, minScore: number, times: StageTimes): Promise<FoundFace[]>;
}

/** True when the session's inputs and outputs are those of YuNet. */
export function isYunet(session: InferenceSession): boolean {
  const [input = ''] = session.inputNames;
  const [, channels, height, width] = shapeOf(session, input) ?? [];
  const fits = (side: number | string | undefined) => typeof side !== 'number' || side < 1 || side % STEP === 0;
  const wanted = YUNET_STRIDES.flatMap((stride) => ['cls', 'obj', 'bbox', 'kps'].map((kind) => `${kind}_${stride}`));
  return (
    session.inputNames.length === 1 &&
    channels === 3 &&
    fits(width) &&
    fits(height) &&
    wanted.every((name) => session.outputNames.includes(name))
  );
}

/** The network of a session of which `isYunet` is true. */
export function createYunetNetwork(session: InferenceSession, pixels: PixelFormat): YunetNetwork {
  const [name = 'input'] = session.inputNames;
  const [, , inputHeight, inputWidth] = shapeOf(session, name) ?? [];
  const length = (side: number | string | undefined) => (typeof side === 'number' && side > 0 ? side : undefined);
  const width = length(inputWidth);
  const height = length(inputHeight);
  const fixed = width === undefined || height === undefined ? undefined : { width, height };
  const padded = (side: number) => Math.ceil(side / STEP) * STEP;
  let buffer = new Float32Array(0);

  return {
    fixed,
    async look(raster, minScore, times) {
      const columns = fixed?.width ?? padded(raster.width);
      const rows = fixed?.height ?? padded(raster.height);
      const values = 3 * columns * rows;
      if (buffer.length < values) buffer = new Float32Array(values);
      const planes = buffer.subarray(0, values);
      times.timeSync('tensor', () =>
        writePlanes(planes, raster, { left: 0, top: 0, width: columns, height: rows }, pixels),
      );
      const input = new Tensor('float32', planes, [1, 3, rows, columns]);
      const outputs = await times.time('infer', () => session.run({ [name]: input }));
      return times.timeSync('boxes', () =>
        YUNET_STRIDES.flatMap((stride) =>
          decodeYunetGrid(
            {
              stride,
              columns: columns / stride,
              classScores: floats(outputs, `cls_${stride}`),
              objectScores: floats(outputs, `obj_${stride}`),
              boxes: floats(outputs, `bbox_${stride}`),
              points: floats(outputs, `kps_${stride}`),
            },
            minScore,
          ),
        ),
      );
    },
  };
}
