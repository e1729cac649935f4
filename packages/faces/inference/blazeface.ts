import { BLAZEFACE_GRIDS } from '../model/blazeface-shape.js';
import type { FoundFace, Size } from './face-finder.js';
import type { MarkedBox } from './geometry.js';

/** What the network says of each anchor: a box's centre, width, height, then the points. */
const VALUES_PER_ANCHOR = 16;

/** The six points of a face, in the network's order. Right and left are the face's own. */
export const BLAZEFACE_LANDMARKS: readonly string[] = ['rightEye', 'leftEye', 'nose', 'mouth', 'rightEar', 'leftEar'];

/** The box of the anchor whose values begin at `start` and whose cell has its centre at (x, y). */
function decodeBox(boxes: Float32Array, start: number, x: number, y: number): Omit<MarkedBox, 'score'> {
  const value = (index: number) => boxes[start + index] ?? 0;
  const width = value(2);
  const height = value(3);
  const landmarks: Record<string, readonly [number, number]> = {};
  for (const [index, name] of BLAZEFACE_LANDMARKS.entries()) {
    landmarks[name] = [x + value(4 + 2 * index), y + value(5 + 2 * index)];
  }
  return { x: x + value(0) - width / 2, y: y + value(1) - height / 2, width, height, landmarks };
}

/**
 * The boxes with at least `minScore`, above 0, in pixels of an input of `size`, whose sides are multiples of the cells.
 * `logits` holds one value per anchor, `boxes` sixteen: offset of the centre from that of the anchor's cell (x, y),
 * width, height, then six points as offsets from the same centre, all in pixels of the input.
 * Source: MediaPipe's `tensors_to_detections_calculator` with the options of its back-camera face detection.
 */
export function decodeBlazeface(logits: Float32Array, boxes: Float32Array, size: Size, minScore: number): FoundFace[] {
  const found: FoundFace[] = [];
  // Compared before the sigmoid, so that it is computed for the few that pass.
  const minLogit = Math.log(minScore / (1 - minScore));
  let anchor = 0;
  for (const { stride, perCell } of BLAZEFACE_GRIDS) {
    for (let y = stride / 2; y < size.height; y += stride) {
      for (let x = stride / 2; x < size.width; x += stride) {
        for (const end = anchor + perCell; anchor < end; anchor += 1) {
          const logit = logits[anchor] ?? Number.NEGATIVE_INFINITY;
          if (logit < minLogit) continue;
          const box = decodeBox(boxes, anchor * VALUES_PER_ANCHOR, x, y);
          found.push({ ...box, score: 1 / (1 + Math.exp(-logit)) });
        }
      }
    }
  }
  return found;
}
