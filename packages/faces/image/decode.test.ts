import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
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
import { fitInside } from './decode.js';

const UPRIGHT = { upperLeft: RED, upperRight: GREEN, lowerLeft: BLUE, lowerRight: WHITE };

async function decode(test: TestContext, bytes: Uint8Array, name = 'image.jpg') {
  return readImage(await temporaryFile(test, name, bytes));
}

test('each format is decoded, whatever the name says', async (t) => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
    const image = await decode(t, await quarters().toFormat(format).toBuffer(), 'wrong.name');
    assert.equal(image.format, format);
    assert.deepEqual([image.width, image.height], [80, 40]);
    assert.deepEqual([image.pixels.width, image.pixels.height], [64, 32]);
    assertQuarters(image.pixels, UPRIGHT);
  }
});

test('EXIF orientation 6 turns the image and exchanges its sides', async (t) => {
  for (const format of ['jpeg', 'png', 'webp', 'tiff'] as const) {
    const image = await decode(t, await quarters().withMetadata({ orientation: 6 }).toFormat(format).toBuffer());
    assert.deepEqual([image.width, image.height], [40, 80], format);
    assertQuarters(image.pixels, { upperLeft: BLUE, upperRight: RED, lowerLeft: WHITE, lowerRight: GREEN });
  }
});

test('transparent parts become white', async (t) => {
  const clear = await sharp({ create: { width: 80, height: 40, channels: 4, background: '#ff000000' } })
    .composite([
      {
        input: await quarters().extract({ left: 0, top: 0, width: 40, height: 20 }).png().toBuffer(),
        gravity: 'northwest',
      },
    ])
    .png()
    .toBuffer();
  const image = await decode(t, clear);
  assertQuarters(image.pixels, { upperLeft: RED, upperRight: WHITE, lowerLeft: WHITE, lowerRight: WHITE });
});

test('grey becomes three equal channels', async (t) => {
  const grey = await decode(t, await quarters().greyscale().png().toBuffer());
  assert.equal(grey.pixels.rgb.length, 64 * 32 * 3);
  for (let at = 0; at < grey.pixels.rgb.length; at += 3) {
    assert.equal(grey.pixels.rgb[at], grey.pixels.rgb[at + 1]);
    assert.equal(grey.pixels.rgb[at], grey.pixels.rgb[at + 2]);
  }
});

test('CMYK, 16 bits per channel and palettes come out as 8-bit RGB', async (t) => {
  const cmyk = await quarters().toColourspace('cmyk').jpeg().toBuffer();
  assert.equal((await sharp(cmyk).metadata()).space, 'cmyk');
  assertQuarters((await decode(t, cmyk)).pixels, UPRIGHT, 90);

  const deep = await quarters().toColourspace('rgb16').png().toBuffer();
  assert.equal((await sharp(deep).metadata()).depth, 'ushort');
  assertQuarters((await decode(t, deep)).pixels, UPRIGHT);

  assertQuarters((await decode(t, await quarters().png({ palette: true }).toBuffer())).pixels, UPRIGHT);
});

test('an animation is represented by its first frame, at the size of one frame', async (t) => {
  const frame = (colour: Colour) =>
    sharp({ create: { width: 80, height: 40, channels: 3, background: { r: colour[0], g: colour[1], b: colour[2] } } })
      .png()
      .toBuffer();
  const frames = [await quarters().png().toBuffer(), await frame(RED), await frame(BLUE)];
  for (const format of ['gif', 'webp'] as const) {
    const animated = await sharp(frames, { join: { animated: true } })
      .toFormat(format)
      .toBuffer();
    assert.equal((await sharp(animated).metadata()).pages, 3);
    const image = await decode(t, animated);
    assert.deepEqual([image.width, image.height], [80, 40]);
    assertQuarters(image.pixels, UPRIGHT);
  }
});

test('progressive JPEG, one pixel and a long strip are decoded', async (t) => {
  assertQuarters((await decode(t, await quarters().jpeg({ progressive: true }).toBuffer())).pixels, UPRIGHT);
  const dot = await decode(t, await quarters().extract({ left: 0, top: 0, width: 1, height: 1 }).png().toBuffer());
  assert.deepEqual([dot.width, dot.height, dot.pixels.width, dot.pixels.height], [1, 1, 64, 64]);
  const strip = await decode(t, await quarters().resize(4000, 10, { fit: 'fill' }).png().toBuffer());
  assert.deepEqual([strip.width, strip.height, strip.pixels.width, strip.pixels.height], [4000, 10, 64, 1]);
});

test('stray bytes between JPEG segments and after its end are let pass', async (t) => {
  const whole = await quarters().jpeg().toBuffer();
  const between = Buffer.concat([whole.subarray(0, 20), Buffer.alloc(6, 7), whole.subarray(20)]);
  assertQuarters((await decode(t, between)).pixels, UPRIGHT);
  assertQuarters((await decode(t, Buffer.concat([whole, Buffer.alloc(500, 7)]))).pixels, UPRIGHT);
});

test('names that an image library could take for options are only names', async (t) => {
  for (const name of ['a[page=1].jpg', '-a.jpg', 'ä 相 %s.jpg', 'a.svg', 'a.gif[n=-1]', '[]', 'a.jpg[shrink=8][]']) {
    const path = await temporaryFile(t, name, await quarters().jpeg().toBuffer());
    for (const whole of [true, false]) {
      const image = await readImage(path, { whole });
      assert.deepEqual([image.width, image.height], [80, 40], name);
      assertQuarters(image.pixels, UPRIGHT);
    }
  }
});

test('fitting keeps the proportions and at least one pixel', () => {
  assert.deepEqual(fitInside(612, 408, { width: 640, height: 640 }), { width: 640, height: 427 });
  assert.deepEqual(fitInside(10, 100_000, { width: 640, height: 640 }), { width: 1, height: 640 });
});
