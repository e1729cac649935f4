import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { BadInputError } from '#contracts/errors.js';
import type { DetectedFace } from '../detection.js';
import { quarters, temporaryFile } from '../testing/images.js';
import type { Annotation } from './annotation.js';
import { renderImage } from './render.js';

interface Pixels {
  readonly width: number;
  readonly height: number;
  at(x: number, y: number): [number, number, number];
}

async function pixelsOf(bytes: Uint8Array): Promise<Pixels> {
  const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const at = (x: number, y: number): [number, number, number] => {
    const start = (y * width + x) * 3;
    return [data[start] ?? -1, data[start + 1] ?? -1, data[start + 2] ?? -1];
  };
  return { width, height, at };
}

const face = (
  x: number,
  y: number,
  width: number,
  height: number,
  landmarks: DetectedFace['landmarks'] = {},
): DetectedFace => ({
  x,
  y,
  width,
  height,
  score: 0.93,
  landmarks,
});

const annotationOf = (...faces: DetectedFace[]): Annotation => ({ name: 'a <b>&.jpg', model: 'yunet@1', faces });

const isGreen = ([red, green, blue]: [number, number, number]): boolean =>
  green > 140 && green > red + 40 && green > blue + 40;
const isGrey = (pixel: [number, number, number]): boolean => pixel.every((value) => Math.abs(value - 128) < 40);

/** A grey image of this size. */
const grey = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 128, g: 128, b: 128 } } });

async function greyFile(test: TestContext, width: number, height: number): Promise<string> {
  return temporaryFile(test, 'grey.png', await grey(width, height).png().toBuffer());
}

test('draws a face’s box where it is in an image that is shown at its own size', async (t) => {
  const path = await greyFile(t, 600, 400);
  const bytes = await renderImage({
    path,
    side: 1024,
    type: 'image/webp',
    annotation: annotationOf(face(200, 100, 120, 160)),
  });
  const image = await pixelsOf(bytes);
  assert.equal(image.width, 600);
  assert.ok(image.height > 400, 'a caption is added below');
  for (const [x, y] of [
    [200, 180],
    [320, 180],
    [260, 260],
  ] as const)
    assert.ok(isGreen(image.at(x, y)), `${x}, ${y}: ${image.at(x, y)}`);
  for (const [x, y] of [
    [260, 180],
    [190, 180],
    [330, 180],
    [260, 272],
  ] as const)
    assert.ok(isGrey(image.at(x, y)), `${x}, ${y}: ${image.at(x, y)}`);
});

test('scales boxes with an image that is too large for the asked side', async (t) => {
  const path = await greyFile(t, 2000, 1000);
  const bytes = await renderImage({
    path,
    side: 500,
    type: 'image/jpeg',
    annotation: annotationOf(face(800, 400, 400, 400)),
  });
  const image = await pixelsOf(bytes);
  assert.equal(image.width, 500);
  for (const [x, y] of [
    [200, 150],
    [300, 150],
    [250, 200],
  ] as const)
    assert.ok(isGreen(image.at(x, y)), `${x}, ${y}: ${image.at(x, y)}`);
  assert.ok(isGrey(image.at(250, 150)));
});

test('draws on the image as it is shown, whatever way it is stored', async (t) => {
  // Stored 80 × 40, to be turned clockwise: shown 40 × 80 with blue above red on the left.
  const path = await temporaryFile(
    t,
    'turned.jpg',
    await quarters().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer(),
  );
  const plain = await pixelsOf(await renderImage({ path, side: 256, type: 'image/jpeg' }));
  assert.deepEqual([plain.width, plain.height], [40, 80]);
  const [red, green, blue] = plain.at(10, 20);
  assert.ok(blue > red + 100 && blue > green + 100, `upper left is ${[red, green, blue]}`);
  const bytes = await renderImage({
    path,
    side: 256,
    type: 'image/webp',
    annotation: annotationOf(face(4, 44, 32, 32, { nose: [20, 70] })),
  });
  const drawn = await pixelsOf(bytes);
  assert.ok(isGreen(drawn.at(4, 66)), String(drawn.at(4, 66)));
  const [nr, ng, nb] = drawn.at(20, 70);
  assert.ok(nr > nb + 40 && ng > nb + 40, `the nose’s dot is ${[nr, ng, nb]}`);
});

test('an image of one pixel stays one, and gets a caption that can be read', async (t) => {
  const path = await greyFile(t, 1, 1);
  const plain = await pixelsOf(await renderImage({ path, side: 32, type: 'image/jpeg' }));
  assert.deepEqual([plain.width, plain.height], [1, 1]);
  const captioned = await pixelsOf(
    await renderImage({ path, side: 64, type: 'image/jpeg', annotation: annotationOf() }),
  );
  assert.equal(captioned.width, 320);
});

test('a panorama and a face that covers all of it are rendered', async (t) => {
  const path = await temporaryFile(t, 'wide.jpg', await grey(20_000, 50).jpeg().toBuffer());
  const bytes = await renderImage({
    path,
    side: 512,
    type: 'image/jpeg',
    annotation: annotationOf(face(0, 0, 20_000, 50)),
  });
  assert.equal((await pixelsOf(bytes)).width, 512);
});

test('refuses what the detector refuses, with the same words', async (t) => {
  const whole = await grey(300, 300).png().toBuffer();
  const bomb = Buffer.from(whole);
  // Width and height in the IHDR chunk, whose checksum is corrected below.
  bomb.writeUInt32BE(60_000, 16);
  bomb.writeUInt32BE(60_000, 20);
  bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
  for (const [name, bytes, code] of [
    ['bomb.png', bomb, 'too-many-pixels'],
    ['cut.png', whole.subarray(0, whole.length - 60), 'truncated'],
    ['text.jpg', Buffer.from('no image at all'), 'not-an-image'],
  ] as const) {
    const path = await temporaryFile(t, name, bytes);
    await assert.rejects(renderImage({ path, side: 256, type: 'image/jpeg' }), (error) => {
      assert.ok(error instanceof BadInputError, name);
      assert.equal(error.code, code);
      return true;
    });
  }
});

/** CRC-32 of PNG (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
