import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { BadInputError, FileChangedError } from '#contracts/errors.js';
import { quarters, temporaryFile, temporaryFolder } from '../testing/pictures.js';
import { DEFAULT_MAX_PIXELS, decodePicture } from './decode.js';
import type { PictureFault } from './faults.js';
import { withPictureFile } from './file.js';

function read(path: string, maxPixels = DEFAULT_MAX_PIXELS) {
  const box = { width: 64, height: 64 };
  return withPictureFile(path, (file) => decodePicture(path, file.format, { box, maxPixels }));
}

async function assertRefused(reading: Promise<unknown>, code: PictureFault, message: RegExp, what: string) {
  await assert.rejects(reading, (error) => {
    assert.ok(error instanceof BadInputError, `${what}: ${error}`);
    assert.equal(error.code, code, `${what}: ${error.message}`);
    assert.match(error.message, message, what);
    assert.doesNotMatch(error.message, /millrace-faces-/, `${what}: the message tells a path of this machine`);
    return true;
  });
}

async function assertBytesRefused(
  t: TestContext,
  bytes: Uint8Array,
  code: PictureFault,
  message: RegExp,
  what: string,
) {
  await assertRefused(read(await temporaryFile(t, 'picture.jpg', bytes)), code, message, what);
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
    Buffer.from('not a picture'),
    'not-an-image',
    /text beginning with "not a picture"/,
    'text',
  );
  await assertBytesRefused(t, Buffer.from('<svg width="9" height="9"/>'), 'not-an-image', /SVG/, 'svg');
  await assertRefused(read(await temporaryFolder(t)), 'not-a-file', /folder/, 'folder');
});

test('a picture cut in half is refused in every format', async (t) => {
  for (const format of ['jpeg', 'png', 'webp', 'gif', 'avif'] as const) {
    const bytes = await noisy().toFormat(format).toBuffer();
    await assertBytesRefused(t, bytes.subarray(0, bytes.length / 2), 'truncated', /Expected a whole/, format);
  }
  const tiff = await noisy().tiff().toBuffer();
  await assertBytesRefused(t, tiff.subarray(0, tiff.length / 2), 'corrupt', /TIFF.*unreadable header/, 'tiff');
});

test('a JPEG that lacks the end of its data is refused', async (t) => {
  for (const progressive of [false, true]) {
    const bytes = await noisy().jpeg({ progressive }).toBuffer();
    // Not the end marker's two bytes alone: without them every pixel is there, and whether the decoder looks that far
    // depends on how the last pixels happen to be packed.
    await assertBytesRefused(t, bytes.subarray(0, bytes.length - 200), 'truncated', /ends early/, `${progressive}`);
  }
});

test('a picture whose data is damaged in the middle is refused where the format lets it be seen', async (t) => {
  const jpeg = await noisy().jpeg().toBuffer();
  jpeg.writeUInt16BE(0xffd9, jpeg.length >> 1);
  await assertBytesRefused(t, jpeg, 'corrupt', /damaged/, 'jpeg');
  const gif = await noisy().gif().toBuffer();
  for (let at = 0; at < 60; at += 1) gif[(gif.length >> 1) + at] = 0xff;
  await assert.rejects(read(await temporaryFile(t, 'a.gif', gif)), BadInputError);
  const png = await noisy().png().toBuffer();
  for (let at = 0; at < 60; at += 1) png[(png.length >> 1) + at] = 0x5a;
  await assert.rejects(read(await temporaryFile(t, 'a.png', png)), BadInputError);
});

test('a picture that begins right and goes on as rubbish is refused, not crashed on', async (t) => {
  const starts = { jpeg: 'ffd8ffe0', png: '89504e470d0a1a0a', gif: '474946383961', tiff: '49492a00' };
  for (const [format, start] of Object.entries(starts)) {
    const bytes = Buffer.concat([Buffer.from(start, 'hex'), Buffer.alloc(5000, 0x3c)]);
    await assert.rejects(read(await temporaryFile(t, `a.${format}`, bytes)), BadInputError, format);
  }
});

/** One chunk of a PNG file: length, type, content, checksum. */
function pngChunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(4 + body.length + 4);
  frame.writeUInt32BE(content.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), 4 + body.length);
  return frame;
}

/** A grey PNG that claims this size and holds no pixel. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.from('00000000000000000800000000', 'hex');
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const start = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([start, pngChunk('IHDR', header), pngChunk('IDAT', Buffer.alloc(0))]);
}

/** CRC-32 as PNG's specification (annex D) defines it; Node's own came with 20.15 and is not in its types. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

test('too many pixels are refused from the header alone', async (t) => {
  const path = await temporaryFile(t, 'large.png', pngHeader(30_000, 30_000));
  const before = process.memoryUsage.rss();
  await assertRefused(read(path), 'too-many-pixels', /30000 × 30000 = 900 megapixels; at most 268/, 'large');
  assert.ok(process.memoryUsage.rss() - before < 100e6, 'memory was taken for it');

  const small = await temporaryFile(t, 'small.png', await quarters().png().toBuffer());
  await assertRefused(read(small, 3199), 'too-many-pixels', /80 × 40/, 'small limit');
  assert.equal((await read(small, 3200)).width, 80);
});

test('a file that is written to while it is read is read again later, not refused', async (t) => {
  const bytes = await noisy().jpeg().toBuffer();
  const path = await temporaryFile(t, 'a.jpg', bytes.subarray(0, 1000));
  const reading = withPictureFile(path, async (file) => {
    await appendFile(path, bytes.subarray(1000));
    throw new BadInputError('truncated', `as decoding ${file.format} would`);
  });
  await assert.rejects(reading, FileChangedError);
});

test('a name that the decoder would take for options is refused', async (t) => {
  const path = await temporaryFile(t, 'a.gif[n=-1]', await quarters().gif().toBuffer());
  await assertRefused(read(path), 'unsupported', /closing bracket/, 'name');
});

test('a file that is not there is no bad picture', async (t) => {
  const reading = read(`${await temporaryFolder(t)}/absent.jpg`);
  await assert.rejects(reading, (error) => !(error instanceof BadInputError) && /ENOENT/.test(String(error)));
});
