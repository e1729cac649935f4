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

/** Area of a box, in square pixels. */
export function area(box: Box): number {
  return box.width * box.height;
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

/** The box moved by (x, y). */
export function shift(box: ScoredBox, x: number, y: number): ScoredBox {
  return { ...box, x: box.x + x, y: box.y + y };
}

/** The box in a picture that is `scaleX` times as wide and `scaleY` times as high. */
export function scale(box: ScoredBox, scaleX: number, scaleY: number): ScoredBox {
  return {
    x: box.x * scaleX,
    y: box.y * scaleY,
    width: box.width * scaleX,
    height: box.height * scaleY,
    score: box.score,
  };
}

/** The part of the box that lies within a picture of this size; its width or height may come out as 0. */
export function clip(box: ScoredBox, width: number, height: number): ScoredBox {
  const left = Math.min(Math.max(box.x, 0), width);
  const top = Math.min(Math.max(box.y, 0), height);
  const right = Math.min(Math.max(box.x + box.width, 0), width);
  const bottom = Math.min(Math.max(box.y + box.height, 0), height);
  return { x: left, y: top, width: right - left, height: bottom - top, score: box.score };
}
