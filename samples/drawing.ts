import type { Random } from './random.js';

/** Size of an image in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const skins = ['#f1c9a5', '#e0ac69', '#c68642', '#8d5524', '#ffdbac'];
const hairs = ['#2c1b10', '#6a4a2f', '#b58143', '#d8d8d8', '#101010'];
const clothes = ['#3f51b5', '#b71c1c', '#2e7d32', '#5d4037', '#455a64'];

/**
 * Draws a scene as SVG: sky, ground, a few boxes, and people side by side. A detector may take a drawn face for one or
 * not, so the number of people promises nothing.
 * @param background false leaves the image transparent behind what is drawn
 */
export function drawScene(random: Random, { width, height }: ImageSize, people: number, background = true): string {
  const parts: string[] = [];
  if (background) {
    parts.push(rect(0, 0, width, height, `hsl(${random.int(180, 230)} 60% ${random.int(65, 85)}%)`));
    parts.push(rect(0, Math.round(height * 0.7), width, height, `hsl(${random.int(30, 120)} 35% 45%)`));
  }
  for (let box = random.int(1, 4); box > 0; box -= 1) {
    const boxWidth = random.int(30, 120);
    const top = random.int(Math.round(height * 0.2), Math.round(height * 0.6));
    const color = `hsl(${random.int(0, 359)} 30% 60%)`;
    parts.push(rect(random.int(0, width - boxWidth), top, boxWidth, Math.round(height * 0.75) - top, color));
  }
  const room = width / Math.max(people, 1);
  for (let person = 0; person < people; person += 1) {
    const radius = Math.min(room * 0.36, height * 0.2) * (0.8 + 0.2 * random.next());
    parts.push(drawPerson(random, room * (person + 0.5), height * (0.35 + 0.15 * random.next()), radius));
  }
  const view = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${view}>${parts.join('')}</svg>`;
}

function drawPerson(random: Random, x: number, y: number, r: number): string {
  const skin = random.pick(skins);
  const hair = random.pick(hairs);
  const eye = (side: number): string =>
    ellipse(x + side * 0.32 * r, y - 0.1 * r, 0.16 * r, 0.09 * r, '#ffffff') +
    ellipse(x + side * 0.32 * r, y - 0.1 * r, 0.075 * r, 0.08 * r, '#2b1d14') +
    ellipse(x + side * 0.32 * r, y - 0.32 * r, 0.2 * r, 0.04 * r, hair);
  const mouth = `<path d="M ${n(x - 0.3 * r)} ${n(y + 0.5 * r)} q ${n(0.3 * r)} ${n((0.1 + 0.25 * random.next()) * r)} ${n(0.6 * r)} 0" stroke="#9c3b3b" stroke-width="${n(0.09 * r)}" fill="none"/>`;
  return [
    rect(x - 1.1 * r, y + 1.25 * r, 2.2 * r, 4 * r, random.pick(clothes), 0.5 * r),
    rect(x - 0.3 * r, y + 0.8 * r, 0.6 * r, 0.7 * r, skin),
    ellipse(x, y - 0.25 * r, 0.92 * r, 1.1 * r, hair),
    ellipse(x, y, 0.8 * r, 1.05 * r, skin),
    eye(-1),
    eye(1),
    ellipse(x, y + 0.18 * r, 0.1 * r, 0.2 * r, 'rgba(0,0,0,0.15)'),
    mouth,
  ].join('');
}

function rect(x: number, y: number, width: number, height: number, fill: string, rx = 0): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="${n(rx)}" fill="${fill}"/>`;
}

function ellipse(cx: number, cy: number, rx: number, ry: number, fill: string): string {
  return `<ellipse cx="${n(cx)}" cy="${n(cy)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"/>`;
}

/** Coordinates to a tenth of a pixel. */
function n(value: number): string {
  return value.toFixed(1);
}
