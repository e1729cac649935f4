import { type Static, Type } from 'typebox';
import { DetectedFace } from '../detection.js';
import type { Size } from '../image/raster.js';
import { type MarkedBox, scale } from '../inference/geometry.js';
import { shorten, strokeText, textWidth } from './stroke-font.js';

/** What is written and drawn on an image. */
export const Annotation = Type.Object({
  /** First line of the caption, after the count; shortened where it is too long. */
  name: Type.String(),
  model: Type.String(),
  faces: Type.Array(DetectedFace),
});

export type Annotation = Static<typeof Annotation>;

/** The drawing for an image, and how large the canvas must be to take it. */
export interface Overlay {
  /** An SVG document of `canvas` size, transparent except for the drawing. */
  readonly svg: string;
  /** At least the image's size; the image lies in its upper left corner, the caption below it. */
  readonly canvas: Size;
}

/** A caption needs this many pixels to say anything; narrower images stand on a wider canvas. */
const narrowest = 320;
const boxColour = '#35ff6b';
const darkColour = '#05170b';
const captionColour = '#10161d';

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));
const px = (value: number): string => value.toFixed(2);

/** Draws the boxes, scores and landmarks of `annotation` for an image shown at `shown`, scaled to `image`. */
export function drawOverlay(annotation: Annotation, shown: Size, image: Size): Overlay {
  const width = Math.max(image.width, narrowest);
  const capital = Math.round(clamp(width / 90, 8, 15));
  const height = image.height + Math.round(capital * 5.2);
  const faces = annotation.faces.map((face) => scale(face, image.width / shown.width, image.height / shown.height));
  // Labels last: a neighbour's box must not cross out a number.
  const drawing = [
    ...faces.map((face) => boxOf(face, image)),
    ...faces.map((face) => landmarksOf(face)),
    ...faces.map((face, index) => labelOf(face, index + 1, image)),
    captionOf(annotation, { shown, image, width, height, capital }),
  ];
  return {
    canvas: { width, height },
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="none" stroke-linecap="round" stroke-linejoin="round">${drawing.join('')}</svg>`,
  };
}

/** A light line on a wider dark one is seen on any ground. Thin on small faces, so that the face stays to be seen. */
function boxOf(face: MarkedBox, image: Size): string {
  const line = clamp(Math.min(Math.max(image.width, image.height) / 360, face.width / 14), 1.2, 4);
  const shape = `x="${px(face.x)}" y="${px(face.y)}" width="${px(face.width)}" height="${px(face.height)}" rx="${px(line)}"`;
  return (
    `<rect ${shape} stroke="${darkColour}" stroke-opacity=".8" stroke-width="${px(line * 1.9)}"/>` +
    `<rect ${shape} stroke="${boxColour}" stroke-width="${px(line)}"/>`
  );
}

/** Eyes, mouth and nose in colours of their own: so it is seen at once which way up the model took the face. */
function landmarksOf(face: MarkedBox): string {
  const radius = clamp(face.width / 32, 1.2, 5);
  return Object.entries(face.landmarks)
    .map(([name, [x, y]]) => {
      const colour = /eye/i.test(name) ? '#4fd8ff' : /mouth/i.test(name) ? '#ff6bb5' : '#ffd84a';
      return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(radius)}" fill="${colour}" stroke="${darkColour}" stroke-width="${px(radius / 2.2)}"/>`;
    })
    .join('');
}

/**
 * The face's number and score above its box, or inside where there is no room above; small faces have the number only.
 */
function labelOf(face: MarkedBox, number: number, image: Size): string {
  const capital = clamp(face.width / 8, 6, 12);
  const full = `${number}  ${face.score.toFixed(2)}`;
  const text = textWidth(full, capital) <= Math.max(face.width, 30) * 1.25 ? full : String(number);
  const pad = capital * 0.45;
  const size = { width: textWidth(text, capital) + 2 * pad, height: capital + 2 * pad };
  const left = clamp(face.x, 0, Math.max(0, image.width - size.width));
  const above = face.y - size.height - 1;
  const top = above >= 0 ? above : clamp(face.y, 0, Math.max(0, image.height - size.height));
  return (
    `<rect x="${px(left)}" y="${px(top)}" width="${px(size.width)}" height="${px(size.height)}" rx="2" fill="${darkColour}" fill-opacity=".82"/>` +
    line(text, { x: left + pad, y: top + pad, capital, colour: boxColour })
  );
}

function captionOf(
  { faces, name, model }: Annotation,
  layout: { shown: Size; image: Size; width: number; height: number; capital: number },
): string {
  const { shown, image, width, height, capital } = layout;
  const room = width - 2 * capital;
  const count = faces.length === 1 ? '1 face' : `${faces.length} faces`;
  const used = textWidth(`${count}  `, capital) + capital;
  const small = capital * 0.85;
  const top = image.height + capital;
  const detail = `${shown.width} × ${shown.height}  ·  ${model}`;
  return (
    // The strip to the right of a narrow image is part of the caption's ground, too.
    `<path d="M0 ${image.height}H${image.width}V0H${width}V${height}H0Z" fill="${captionColour}"/>` +
    line(count, { x: capital, y: top, capital, colour: boxColour }) +
    line(shorten(name, capital, room - used), { x: capital + used, y: top, capital, colour: '#ffffff' }) +
    line(shorten(detail, small, room), { x: capital, y: top + capital * 2, capital: small, colour: '#9fb0c0' })
  );
}

function line(text: string, at: { x: number; y: number; capital: number; colour: string }): string {
  const { x, y, capital, colour } = at;
  const { path } = strokeText(text, x, y, capital);
  return path === '' ? '' : `<path d="${path}" stroke="${colour}" stroke-width="${px(Math.max(1, capital / 7))}"/>`;
}
