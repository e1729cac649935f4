/** What is cut off at its very end: refused where pixels are missing, or a PNG its end chunk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { readImage, temporaryFile } from '../testing/images.js';
import { outcomeOf } from '../testing/outcome.js';

/** Some detail everywhere, so that the last byte of data belongs to a pixel. */
async function detailed() {
  const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
  const create = { width: 96, height: 64, channels: 3, background: '#000', noise } as const;
  return sharp(await sharp({ create }).png().toBuffer());
}

function without(bytes: Buffer, last: number): Promise<string> {
  return outcomeOf(bytes.subarray(0, bytes.length - last));
}

test('a PNG without its end chunk is truncated, also one with stray bytes in its place', async (t) => {
  const image = await detailed();
  for (const progressive of [false, true]) {
    const png = await image.clone().png({ progressive }).toBuffer();
    for (const last of [1, 4, 12]) assert.match(await without(png, last), /^truncated: .*end chunk, IEND/, `${last}`);
    const cut = png.subarray(0, png.length - 12);
    const stray = Buffer.concat([cut, Buffer.alloc(40)]);
    assert.match(await outcomeOf(stray), /^corrupt: .*no chunk begins at byte \d+/);
    await assert.rejects(readImage(await temporaryFile(t, 'a.png', cut), { whole: false }), /IEND/);
    assert.equal(await outcomeOf(Buffer.concat([png, Buffer.alloc(40, 7)])), 'read 96 × 64', 'bytes after the end');
  }
});

test('a JPEG without its end marker is read when no pixel is missing, else truncated', async () => {
  const image = await detailed();
  const kinds = {
    '4:2:0': image.clone().jpeg(),
    '4:4:4': image.clone().jpeg({ chromaSubsampling: '4:4:4' }),
    grey: image.clone().greyscale().jpeg(),
    inks: image.clone().toColourspace('cmyk').jpeg(),
    'odd size': image.clone().resize(83, 57, { fit: 'fill' }).jpeg(),
  };
  for (const [kind, encoder] of Object.entries(kinds)) {
    const jpeg = await encoder.toBuffer();
    assert.match(await without(jpeg, 2), /^read /, kind);
    for (const last of [4, 6, 20]) assert.match(await without(jpeg, last), /^truncated: /, `${kind}, ${last}`);
  }
  // More passes might have followed.
  assert.match(await without(await image.jpeg({ progressive: true }).toBuffer(), 2), /^truncated: .*EOI/);
});

test('a GIF without its trailer is read; one whose frame is cut off is truncated', async () => {
  const gif = await (await detailed()).gif().toBuffer();
  assert.match(await without(gif, 1), /^read /);
  assert.match(await without(gif, 30), /^truncated: .*before the end of its first frame/);
});

test('a WebP that is shorter than its header says is truncated', async () => {
  const webp = await (await detailed()).webp().toBuffer();
  assert.match(await without(webp, 1), /^truncated: .*header announces \d+ bytes, the file has \d+/);
});

test('an AVIF whose last box is cut off is truncated', async () => {
  const avif = await (await detailed()).avif({ effort: 0 }).toBuffer();
  assert.match(await without(avif, 1), /^truncated: .*a box goes to byte/);
});
