import type { FoundFace } from './face-finder.js';

/**
 * YuNet (Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", 2023): an anchor-free detector with one
 * prediction per cell of three grids. The decoding follows what OpenCV's FaceDetectorYN does with the same file.
 */

/** Sizes in pixels of the cells of the three grids. Both sides of the input are multiples of the largest. */
export const YUNET_STRIDES: readonly number[] = [8, 16, 32];

/** What the network says about the cells of one grid, cell after cell, row after row. */
export interface YunetGrid {
  readonly stride: number;
  /** Cells in a row. */
  readonly columns: number;
  readonly classScores: Float32Array;
  readonly objectScores: Float32Array;
  /** Four values per cell: offset of the centre in cells (x, y), logarithm of the size in cells (width, height). */
  readonly boxes: Float32Array;
  /** Five points per cell, offset in cells (x, y), in the order of `YUNET_LANDMARKS`. */
  readonly points: Float32Array;
}

/** The five points of a face, in the network's order. Right and left are the face's own. */
export const YUNET_LANDMARKS: readonly string[] = ['rightEye', 'leftEye', 'nose', 'rightMouth', 'leftMouth'];

function clamp01(value: number): number {
  return Math.min(1, Math.max(0, value));
}

function faceOf(grid: YunetGrid, cell: number, score: number): FoundFace {
  const { stride, columns, boxes, points } = grid;
  const column = cell % columns;
  const row = Math.floor(cell / columns);
  const [dx = 0, dy = 0, logWidth = 0, logHeight = 0] = boxes.subarray(cell * 4, cell * 4 + 4);
  const width = Math.exp(logWidth) * stride;
  const height = Math.exp(logHeight) * stride;
  const landmarks: Record<string, readonly [number, number]> = {};
  for (const [index, name] of YUNET_LANDMARKS.entries()) {
    const at = (cell * YUNET_LANDMARKS.length + index) * 2;
    landmarks[name] = [((points[at] ?? 0) + column) * stride, ((points[at + 1] ?? 0) + row) * stride];
  }
  return {
    x: (column + dx) * stride - width / 2,
    y: (row + dy) * stride - height / 2,
    width,
    height,
    score,
    landmarks,
  };
}

/** The faces of one grid with at least `minScore`, in pixels of the input. */
export function decodeYunetGrid(grid: YunetGrid, minScore: number): FoundFace[] {
  const { classScores, objectScores } = grid;
  const found: FoundFace[] = [];
  for (let cell = 0; cell < classScores.length; cell += 1) {
    const score = Math.sqrt(clamp01(classScores[cell] ?? 0) * clamp01(objectScores[cell] ?? 0));
    if (score >= minScore) found.push(faceOf(grid, cell, score));
  }
  return found;
}
