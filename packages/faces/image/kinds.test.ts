import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import {
  assertQuarters,
  BLUE,
  type Colour,
  GREEN,
  quarters,
  RED,
  readImage,
  temporaryFile,
  WHITE,
} from '../testing/images.js';
import { LOSSLESS_JPEG } from '../testing/jpeg.js';
import { encodeQuarters, type ImageKind, imageKinds } from '../testing/kinds.js';
import { orient } from './raster.js';

const grey = ([red, green, blue]: Colour): Colour => {
  const level = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [level, level, level];
};
const half = ([red, green, blue]: Colour): Colour => [(red + 255) / 2, (green + 255) / 2, (blue + 255) / 2];

function expected(colours: ImageKind['colours']) {
  const change = colours === 'grey' ? grey : colours === 'half' ? half : (colour: Colour) => colour;
  return { upperLeft: change(RED), upperRight: change(GREEN), lowerLeft: change(BLUE), lowerRight: change(WHITE) };
}

test('every kind of image is read, from memory and from its file', async (t) => {
  for (const kind of imageKinds) {
    const path = await temporaryFile(t, 'wrong.name', await encodeQuarters(kind));
    for (const whole of [true, false]) {
      const image = await readImage(path, { whole });
      assert.equal(image.format, kind.format, kind.name);
      assert.deepEqual([image.width, image.height], [80, 40], kind.name);
      assert.deepEqual([image.pixels.width, image.pixels.height], [64, 32], kind.name);
      assertQuarters(image.pixels, expected(kind.colours), { inks: 100, grey: 60, half: 20, same: 20 }[kind.colours]);
    }
  }
});

test('the kinds are what their names say', async () => {
  const encoded = new Map<string, Buffer>();
  for (const kind of imageKinds) encoded.set(kind.name, await encodeQuarters(kind));
  assert.equal(new Set([...encoded.values()].map((bytes) => bytes.toString('base64'))).size, imageKinds.length);
  for (const [name, wanted] of Object.entries({
    'JPEG progressive': { isProgressive: true },
    'JPEG CMYK': { space: 'cmyk', hasProfile: false },
    'JPEG CMYK with a profile': { space: 'cmyk', hasProfile: true },
    'PNG interlaced': { isProgressive: true },
    'PNG 16 bits with alpha': { depth: 'ushort', channels: 4 },
    'PNG palette': { isPalette: true },
    'WebP animated': { pages: 2 },
    'AVIF 10 bits': { bitsPerSample: 10 },
    'TIFF 16 bits': { depth: 'ushort' },
    'TIFF floating point': { depth: 'float' },
    'TIFF CMYK': { space: 'cmyk' },
    'TIFF of two pages': { pages: 2 },
    'GIF animated': { pages: 2 },
  })) {
    const found = Object.entries(await sharp(encoded.get(name)).metadata());
    assert.deepEqual(Object.fromEntries(found.filter(([key]) => key in wanted)), wanted, name);
  }
  assert.equal(encoded.get('BigTIFF')?.readUInt16LE(2), 43);
});

test('a black and white image of a bit a pixel is read', async (t) => {
  const bytes = await quarters().greyscale().threshold(150).png({ palette: true, colours: 2 }).toBuffer();
  assert.equal(bytes.readUInt8(24), 1, 'bits per sample');
  const { pixels } = await readImage(await temporaryFile(t, 'a.png', bytes));
  assertQuarters(pixels, { upperLeft: [0, 0, 0], upperRight: WHITE, lowerLeft: [0, 0, 0], lowerRight: WHITE });
});

test('a lossless JPEG is read', async (t) => {
  const { pixels } = await readImage(await temporaryFile(t, 'a.jpg', LOSSLESS_JPEG));
  assert.deepEqual(new Set(pixels.rgb), new Set([128]));
});

test('the eight EXIF orientations of an image show the same image', async (t) => {
  const { data, info } = await quarters().raw().toBuffer({ resolveWithObject: true });
  const shown = { width: info.width, height: info.height, rgb: data };
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    // A quarter turn is undone by the other quarter turn, everything else by itself.
    const stored = orient(shown, { 6: 8, 8: 6 }[orientation] ?? orientation);
    const raw = { width: stored.width, height: stored.height, channels: 3 } as const;
    for (const format of ['jpeg', 'png', 'webp', 'tiff', 'avif'] as const) {
      const bytes = await sharp(stored.rgb, { raw }).withMetadata({ orientation }).toFormat(format).toBuffer();
      const image = await readImage(await temporaryFile(t, `a.${format}`, bytes));
      const what = `${format} ${orientation}`;
      assert.deepEqual([image.width, image.height], [80, 40], what);
      assert.deepEqual([image.pixels.width, image.pixels.height], [64, 32], what);
      assertQuarters(image.pixels, expected('same'), 20);
    }
  }
});

test('an own size is given as it is, any other is scaled', async (t) => {
  const stored = await quarters().png().toBuffer();
  const image = await readImage(await temporaryFile(t, 'a.png', stored));
  const own = await image.raster({ width: 80, height: 40 });
  assert.deepEqual(Buffer.from(own.rgb), await quarters().raw().toBuffer());
  const other = await image.raster({ width: 31, height: 77 });
  assert.deepEqual([other.width, other.height, other.rgb.length], [31, 77, 31 * 77 * 3]);
  assertQuarters(other, expected('same'), 20);
});

test('the longest and thinnest images are read', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [1, 5000],
    [5000, 1],
    [20_000, 500],
  ] as const) {
    const bytes = await quarters().resize(width, height, { fit: 'fill' }).jpeg().toBuffer();
    const image = await readImage(await temporaryFile(t, 'a.jpg', bytes));
    assert.deepEqual([image.width, image.height], [width, height]);
    assert.equal(Math.max(image.pixels.width, image.pixels.height), 64);
    if (width > 1 && height > 1) assertQuarters(image.pixels, expected('same'));
  }
});
