import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { blackPng } from '#samples/huge-png.js';
import { StageTimes } from '../stages.js';
import { quarters, readImage, temporaryFile, temporaryFolder } from '../testing/images.js';
import { LOSSLESS_JPEG, withJpegFrame } from '../testing/jpeg.js';
import { pngChunk, pngHeader, withPngChunks } from '../testing/png.js';
import { withImageFile } from './file.js';
import type { ImageErrorCode } from './image-errors.js';

async function assertRefused(reading: Promise<unknown>, code: ImageErrorCode, message: RegExp, what: string) {
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof BadInputError, `${what}: ${error}`);
    assert.equal(error.code, code, `${what}: ${error.message}`);
    assert.match(error.message, message, what);
    assert.doesNotMatch(error.message, /millrace-faces-/, `${what}: the message contains a path of this machine`);
    return true;
  });
}

async function assertBytesRefused(
  t: TestContext,
  bytes: Uint8Array,
  code: ImageErrorCode,
  message: RegExp,
  what: string,
) {
  await assertRefused(readImage(await temporaryFile(t, 'image.jpg', bytes)), code, message, what);
}

/** Noise, so that no format can make it so small that its end is hardly data. */
function noisy() {
  return quarters()
    .resize(320, 160)
    .composite([
      {
        input: {
          create: {
            width: 320,
            height: 160,
            channels: 3,
            background: '#000',
            noise: { type: 'gaussian', mean: 90, sigma: 40 },
          },
        },
        blend: 'screen',
      },
    ]);
}

test('an empty file, text and other documents are refused', async (t) => {
  await assertBytesRefused(t, Buffer.alloc(0), 'empty', /the file is empty/, 'empty');
  await assertBytesRefused(
    t,
    Buffer.from('not an image'),
    'not-an-image',
    /text beginning with "not an image"/,
    'text',
  );
  await assertBytesRefused(t, Buffer.from('<svg width="9" height="9"/>'), 'not-an-image', /SVG/, 'svg');
  await assertRefused(readImage(await temporaryFolder(t)), 'not-a-file', /folder/, 'folder');
});

test('an image cut in half is refused in every format', async (t) => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
    const bytes = await noisy().toFormat(format).toBuffer();
    await assertBytesRefused(t, bytes.subarray(0, bytes.length / 2), 'truncated', /Expected a whole/, format);
  }
});

test('a JPEG that lacks the end of its data is refused', async (t) => {
  for (const progressive of [false, true]) {
    const bytes = await noisy().jpeg({ progressive }).toBuffer();
    // Not the end marker's two bytes alone: without them every pixel is there, and whether the decoder looks that far
    // depends on how the last pixels happen to be packed.
    await assertBytesRefused(t, bytes.subarray(0, bytes.length - 200), 'truncated', /ends early/, `${progressive}`);
  }
});

test('an image whose data is damaged in the middle is refused where the format lets it be seen', async (t) => {
  const jpeg = await noisy().jpeg().toBuffer();
  jpeg.writeUInt16BE(0xffd9, jpeg.length >> 1);
  await assertBytesRefused(t, jpeg, 'corrupt', /damaged/, 'jpeg');
  const gif = await noisy().gif().toBuffer();
  for (let at = 0; at < 60; at += 1) gif[(gif.length >> 1) + at] = 0xff;
  await assert.rejects(readImage(await temporaryFile(t, 'a.gif', gif)), BadInputError);
  const png = await noisy().png().toBuffer();
  for (let at = 0; at < 60; at += 1) png[(png.length >> 1) + at] = 0x5a;
  await assert.rejects(readImage(await temporaryFile(t, 'a.png', png)), BadInputError);
});

test('an image that begins right and goes on as rubbish is refused, not crashed on', async (t) => {
  const starts = { jpeg: 'ffd8ffe0', png: '89504e470d0a1a0a', gif: '474946383961', tiff: '49492a00' };
  for (const [format, start] of Object.entries(starts)) {
    const bytes = Buffer.concat([Buffer.from(start, 'hex'), Buffer.alloc(5000, 0x3c)]);
    await assert.rejects(readImage(await temporaryFile(t, `a.${format}`, bytes)), BadInputError, format);
  }
});

test('too many pixels are refused from the header alone', async (t) => {
  const path = await temporaryFile(t, 'large.png', pngHeader(30_000, 30_000));
  const before = process.memoryUsage.rss();
  await assertRefused(readImage(path), 'too-many-pixels', /30000 × 30000 = 900 megapixels; at most 268/, 'large');
  assert.ok(process.memoryUsage.rss() - before < 100e6, 'memory was taken for it');

  const small = await temporaryFile(t, 'small.png', await quarters().png().toBuffer());
  await assertRefused(readImage(small, { maxPixels: 3199 }), 'too-many-pixels', /80 × 40/, 'small limit');
  assert.equal((await readImage(small, { maxPixels: 3200 })).width, 80);
});

test('sizes that only a header claims are refused before any pixel is decoded', async (t) => {
  const claims: Record<string, Buffer> = {
    'a.png': await blackPng(50_000, 50_000),
    'a.jpg': withJpegFrame(await quarters().jpeg().toBuffer(), { width: 65_500, height: 65_500 }),
    'a.avif': withBigEndian(await quarters().avif({ effort: 0 }).toBuffer(), 'ispe', 8, [65_500, 65_500]),
  };
  for (const [name, bytes] of Object.entries(claims)) {
    const before = process.memoryUsage.rss();
    await assertRefused(
      readImage(await temporaryFile(t, name, bytes)),
      'too-many-pixels',
      /\d+ × \d+ = \d,\d+ megapixels/,
      name,
    );
    assert.ok(process.memoryUsage.rss() - before < 50e6, `${name}: memory was taken for it`);
  }
  // What claims less than is taken, but holds next to nothing.
  const small = withBigEndian(await quarters().avif({ effort: 0 }).toBuffer(), 'ispe', 8, [5000, 5000]);
  await assert.rejects(readImage(await temporaryFile(t, 'b.avif', small)), BadInputError);
});

/** A copy in which these numbers stand `offset` bytes after the beginning of the first `mark`. */
function withBigEndian(bytes: Buffer, mark: string, offset: number, numbers: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(mark) + offset;
  for (const [index, value] of numbers.entries()) copy.writeUInt32BE(value, at + 4 * index);
  return copy;
}

test('text that unpacks to far more than it is does no harm', async (t) => {
  const png = await quarters().png().toBuffer();
  const bomb = deflateSync(Buffer.alloc(100e6));
  for (const [type, start] of [
    ['zTXt', 'k\0\0'],
    ['iTXt', 'k\0\x01\0\0\0'],
    ['iCCP', 'k\0\0'],
  ] as const) {
    const bytes = withPngChunks(png, [pngChunk(type, Buffer.concat([Buffer.from(start, 'latin1'), bomb]))]);
    const before = process.memoryUsage.rss();
    assert.equal((await readImage(await temporaryFile(t, 'a.png', bytes))).width, 80);
    assert.ok(process.memoryUsage.rss() - before < 50e6, `${type}: memory was taken for it`);
  }
});

test('a GIF whose screen is huge is read for its frame', async (t) => {
  const gif = await quarters().gif().toBuffer();
  gif.writeUInt16LE(65_500, 6);
  gif.writeUInt16LE(65_500, 8);
  assert.equal((await readImage(await temporaryFile(t, 'a.gif', gif))).width, 80);
});

test('kinds of JPEG that cannot be decoded are refused in words', async (t) => {
  const jpeg = await quarters().jpeg().toBuffer();
  const refused = {
    '12 bits': withJpegFrame(jpeg, { process: 0xc1, precision: 12 }),
    'lossless of 12 bits': withJpegFrame(LOSSLESS_JPEG, { precision: 12 }),
    hierarchical: withJpegFrame(jpeg, { process: 0xc5 }),
    'JPEG-LS': Buffer.concat([Buffer.from('ffd8fff7000b08001000100101110000', 'hex'), Buffer.alloc(50)]),
  };
  for (const [what, bytes] of Object.entries(refused)) {
    await assertBytesRefused(t, bytes, 'unsupported', /cannot be decoded .*; save it as/, what);
  }
});

test('a file that is written to while it is read is read again later, not refused', async (t) => {
  const bytes = await noisy().jpeg().toBuffer();
  const path = await temporaryFile(t, 'a.jpg', bytes.subarray(0, 1000));
  const reading = withImageFile(path, new StageTimes(), async (file) => {
    await appendFile(path, bytes.subarray(1000));
    throw new BadInputError('truncated', `as decoding ${file.format} would`);
  });
  await assert.rejects(reading, FileChangedError);
});

test('a file that is not there is no bad image', async (t) => {
  const reading = readImage(`${await temporaryFolder(t)}/absent.jpg`);
  await assert.rejects(reading, (error) => !(error instanceof BadInputError) && /ENOENT/.test(String(error)));
});
