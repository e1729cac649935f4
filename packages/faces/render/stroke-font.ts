/**
 * A tiny font made of strokes. Text in an SVG needs fonts of the machine, and bare machines and container images have
 * none; strokes are drawn the same everywhere. Letters are drawn as shapes, so no name can smuggle markup in, either.
 */

/**
 * Each character's strokes: points as two digits, x then y, joined by lines; strokes are separated by `|`. Capitals reach
 * from y 0 to the base line at 6, small letters from 2, descenders down to 8.
 */
const glyphs: Readonly<Record<string, string>> = {
  A: '06 20 46|14 34',
  B: '00 06 36 45 44 33 03|33 42 41 30 00',
  C: '41 30 10 01 05 16 36 45',
  D: '00 06 26 44 42 20 00',
  E: '40 00 06 46|03 33',
  F: '40 00 06|03 33',
  G: '41 30 10 01 05 16 36 45 43 23',
  H: '00 06|40 46|03 43',
  I: '00 20|10 16|06 26',
  J: '30 35 26 16 05',
  K: '00 06|40 03 46',
  L: '00 06 36',
  M: '06 00 23 40 46',
  N: '06 00 46 40',
  O: '10 01 05 16 36 45 41 30 10',
  P: '06 00 30 41 42 33 03',
  Q: '10 01 05 16 36 45 41 30 10|24 46',
  R: '06 00 30 41 42 33 03|23 46',
  S: '41 30 10 01 02 13 33 44 45 36 16 05',
  T: '00 40|20 26',
  U: '00 05 16 36 45 40',
  V: '00 26 40',
  W: '00 16 23 36 40',
  X: '00 46|40 06',
  Y: '00 23 40|23 26',
  Z: '00 40 06 46',
  a: '02 22 33 36 16 05 14 34',
  b: '00 06 26 35 33 22 02',
  c: '32 12 03 05 16 36',
  d: '30 36 16 05 03 12 32',
  e: '04 34 33 22 12 03 05 16 36',
  f: '30 20 11 16|02 22',
  g: '32 12 03 05 16 36|32 37 28 08',
  h: '00 06|03 12 22 33 36',
  i: '02 06|00 00',
  j: '12 17 08|10 10',
  k: '00 06|32 04 36',
  l: '00 05 16',
  m: '06 02|03 12 23 26|23 32 43 46',
  n: '02 06|03 12 22 33 36',
  o: '12 03 05 16 26 35 33 22 12',
  p: '02 08|02 22 33 35 26 06',
  q: '32 38|32 12 03 05 16 36',
  r: '02 06|04 22',
  s: '32 12 03 14 24 35 26 06',
  t: '10 15 26|02 22',
  u: '02 05 16 26 35|32 36',
  v: '02 26 42',
  w: '02 16 24 36 42',
  x: '02 36|32 06',
  y: '02 26|42 18 08',
  z: '02 32 06 36',
  '0': '10 01 05 16 26 35 31 20 10',
  '1': '01 10 16',
  '2': '01 10 20 31 32 06 36',
  '3': '01 10 20 31 32 23 13|23 34 35 26 16 05',
  '4': '26 20 04 34',
  '5': '30 00 02 22 33 35 26 16 05',
  '6': '20 02 05 16 26 35 34 23 03',
  '7': '00 30 16',
  '8': '13 02 01 10 20 31 32 23 13 04 05 16 26 35 34 23',
  '9': '33 13 02 01 10 20 31 34 16',
  '.': '06 06',
  ',': '16 07',
  ':': '03 03|06 06',
  ';': '13 13|16 07',
  '!': '00 04|06 06',
  '?': '01 10 20 31 32 13 14|16 16',
  '-': '04 24',
  _: '07 37',
  '+': '22 26|04 44',
  '=': '03 33|05 35',
  '~': '04 13 24 33',
  '*': '21 25|02 44|42 04',
  '/': '30 06',
  '\\': '00 36',
  '|': '00 07',
  '(': '10 01 05 16',
  ')': '00 11 15 06',
  '[': '10 00 06 16',
  ']': '00 10 16 06',
  '{': '20 11 12 03 14 15 26',
  '}': '00 11 12 23 14 15 06',
  '<': '30 03 36',
  '>': '00 33 06',
  "'": '00 02',
  '"': '00 02|20 22',
  '`': '00 11',
  '^': '02 20 42',
  '#': '10 16|30 36|02 42|04 44',
  '%': '40 06|00 10 11 01 00|35 45 46 36 35',
  '&': '46 02 01 10 20 21 04 05 16 26 44',
  $: '41 30 10 01 02 13 33 44 45 36 16 05|20 26',
  '@': '34 33 22 13 14 25 34 45 42 30 10 01 05 16 36',
  ß: '08 01 10 20 31 22 33 35 26 16',
  '×': '03 25|23 05',
  '·': '04 04',
  '…': '06 06|26 26|46 46',
};

/** What stands for a character that the font does not have. */
const unknownGlyph = '00 06 36 30 00';
/** All in units of a sixth of a capital's height. */
const gap = 2;
const space = 2;

/** Drawn text: an SVG path to be stroked (round caps and joins), and its width in pixels. */
export interface StrokedText {
  readonly path: string;
  readonly width: number;
}

/** Characters as they can be drawn: accents are dropped where the letter below them is known. */
const drawable = (text: string): string[] => [...text.normalize('NFD').replace(/\p{M}/gu, '')];

const strokesOf = (character: string): number[][][] =>
  (glyphs[character] ?? unknownGlyph)
    .split('|')
    .map((stroke) => stroke.split(' ').map((point) => [Number(point[0]), Number(point[1])]));

const widthOf = (character: string): number =>
  character === ' ' ? space : Math.max(...strokesOf(character).flatMap((stroke) => stroke.map(([x = 0]) => x)));

/** Width in pixels of a text whose capitals are `height` pixels high. */
export function textWidth(text: string, height: number): number {
  const units = drawable(text).reduce((sum, character) => sum + widthOf(character) + gap, -gap);
  return Math.max(0, units) * (height / 6);
}

/** Draws text with its upper left corner at `x`, `y` and capitals `height` pixels high. */
export function strokeText(text: string, x: number, y: number, height: number): StrokedText {
  const unit = height / 6;
  const at = (value: number): string => value.toFixed(2);
  let left = x;
  let path = '';
  for (const character of drawable(text)) {
    if (character !== ' ') {
      for (const stroke of strokesOf(character)) {
        const points = stroke.map(([px = 0, py = 0]) => `${at(left + px * unit)} ${at(y + py * unit)}`);
        path += `M${points.join('L')}`;
      }
    }
    left += (widthOf(character) + gap) * unit;
  }
  return { path, width: textWidth(text, height) };
}

/** The text, its middle left out where it would be wider than `width` pixels; its end is kept, for names differ there. */
export function shorten(text: string, height: number, width: number): string {
  if (textWidth(text, height) <= width) return text;
  const characters = drawable(text);
  // Halving finds the most characters that fit without measuring each length of a name that may be long.
  let fits = 0;
  let tooMany = characters.length;
  const cut = (kept: number): string =>
    `${characters.slice(0, Math.ceil(kept / 2)).join('')}…${characters.slice(characters.length - Math.floor(kept / 2)).join('')}`;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (textWidth(cut(middle), height) <= width) fits = middle;
    else tooMany = middle;
  }
  return fits === 0 ? '' : cut(fits);
}
