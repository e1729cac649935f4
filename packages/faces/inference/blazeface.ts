import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { BLAZEFACE_GRIDS, BLAZEFACE_NAMES, BLAZEFACE_SIZE } from '../model/blazeface-shape.js';
import type { ScoredBox } from './geometry.js';

/** One prediction per anchor: the network's outputs for one 256 × 256 input. */
const VALUES_PER_BOX = 16;
const CLIP = 100;

/** Centres of the anchors, in pixels of the input: x, y, x, y, … in the order the model counts them. */
export function blazefaceAnchors(): Float32Array {
  const centres: number[] = [];
  for (const { cells, perCell } of BLAZEFACE_GRIDS) {
    for (let cell = 0; cell < cells * cells; cell += 1) {
      const x = (((cell % cells) + 0.5) / cells) * BLAZEFACE_SIZE;
      const y = ((Math.floor(cell / cells) + 0.5) / cells) * BLAZEFACE_SIZE;
      for (let anchor = 0; anchor < perCell; anchor += 1) centres.push(x, y);
    }
  }
  return Float32Array.from(centres);
}

/**
 * The boxes with at least `minScore`, in pixels of the input. `logits` holds one value per anchor, `boxes` sixteen:
 * offset of the centre from the anchor's (x, y), width, height, then six key points, all in pixels of the input.
 */
export function decodeBlazeface(
  logits: Float32Array,
  boxes: Float32Array,
  anchors: Float32Array,
  minScore: number,
): ScoredBox[] {
  const found: ScoredBox[] = [];
  for (let anchor = 0; anchor < logits.length; anchor += 1) {
    const logit = Math.min(CLIP, Math.max(-CLIP, logits[anchor] ?? -CLIP));
    const score = 1 / (1 + Math.exp(-logit));
    if (score < minScore) continue;
    const start = anchor * VALUES_PER_BOX;
    const [dx = 0, dy = 0, width = 0, height = 0] = boxes.subarray(start, start + 4);
    const centreX = dx + (anchors[anchor * 2] ?? 0);
    const centreY = dy + (anchors[anchor * 2 + 1] ?? 0);
    found.push({ x: centreX - width / 2, y: centreY - height / 2, width, height, score });
  }
  return found;
}

/** Runs the BlazeFace network on what `fill` writes into its input. */
export interface BlazefaceNetwork {
  /** `fill` writes three planes of 256 × 256, R G B, −1 to 1. The boxes are in pixels of the input, unsuppressed. */
  run(fill: (planes: Float32Array) => void, minScore: number): Promise<ScoredBox[]>;
}

/** The network of a loaded session. Its input buffer is reused, so one call at a time. */
export function createBlazefaceNetwork(session: InferenceSession): BlazefaceNetwork {
  const planes = new Float32Array(3 * BLAZEFACE_SIZE * BLAZEFACE_SIZE);
  const input = new Tensor('float32', planes, [1, 3, BLAZEFACE_SIZE, BLAZEFACE_SIZE]);
  const anchors = blazefaceAnchors();
  return {
    async run(fill, minScore) {
      fill(planes);
      const outputs = await session.run({ [BLAZEFACE_NAMES.input]: input });
      const logits = outputs[BLAZEFACE_NAMES.scores]?.data;
      const boxes = outputs[BLAZEFACE_NAMES.boxes]?.data;
      if (!(logits instanceof Float32Array) || !(boxes instanceof Float32Array)) {
        throw new Error('the BlazeFace model gave no float scores and boxes');
      }
      return decodeBlazeface(logits, boxes, anchors, minScore);
    },
  };
}
