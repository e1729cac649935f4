/** A rectangle in pixels; x and y are its left and upper edge. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A box with the detector's confidence, 0 to 1. */
export interface ScoredBox extends Box {
  readonly score: number;
}

/** Points of a face, [x, y] in the pixels that its box is in, by name. */
export type Landmarks = Readonly<Record<string, readonly [number, number]>>;

/** A box with points that go where it goes. */
export interface MarkedBox extends ScoredBox {
  readonly landmarks: Landmarks;
}

/** Area of a box, in square pixels. */
export function area(box: Box): number {
  return box.width * box.height;
}

/** In pixels: the geometric mean of a box's sides. */
export function sizeOf(box: Box): number {
  return Math.sqrt(area(box));
}

/** Area that both boxes cover; 0 when they are apart. */
export function intersection(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** Intersection over union, 0 to 1. */
export function overlap(a: Box, b: Box): number {
  const common = intersection(a, b);
  return common === 0 ? 0 : common / (area(a) + area(b) - common);
}

/** The points, each moved by `move`. */
export function mapLandmarks(
  landmarks: Landmarks,
  move: (x: number, y: number) => readonly [number, number],
): Landmarks {
  const moved: Record<string, readonly [number, number]> = {};
  for (const [name, [x, y]] of Object.entries(landmarks)) moved[name] = move(x, y);
  return moved;
}

/** The box and its points moved by (x, y). */
export function shift(box: MarkedBox, x: number, y: number): MarkedBox {
  const landmarks = mapLandmarks(box.landmarks, (left, top) => [left + x, top + y]);
  return { x: box.x + x, y: box.y + y, width: box.width, height: box.height, score: box.score, landmarks };
}

/** The box and its points in an image that is `scaleX` times as wide and `scaleY` times as high. */
export function scale(box: MarkedBox, scaleX: number, scaleY: number): MarkedBox {
  return {
    x: box.x * scaleX,
    y: box.y * scaleY,
    width: box.width * scaleX,
    height: box.height * scaleY,
    score: box.score,
    landmarks: mapLandmarks(box.landmarks, (x, y) => [x * scaleX, y * scaleY]),
  };
}

/**
 * The part of the box that lies within an image of this size; its width or height may come out as 0. The points stay
 * where they are: a face at the edge may have its mouth beyond it.
 */
export function clip(box: MarkedBox, width: number, height: number): MarkedBox {
  const left = Math.min(Math.max(box.x, 0), width);
  const top = Math.min(Math.max(box.y, 0), height);
  const right = Math.min(Math.max(box.x + box.width, 0), width);
  const bottom = Math.min(Math.max(box.y + box.height, 0), height);
  return { x: left, y: top, width: right - left, height: bottom - top, score: box.score, landmarks: box.landmarks };
}
