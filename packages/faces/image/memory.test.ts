import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp, { type Sharp } from 'sharp';
import { BadInputError } from '#contracts/errors.js';
import { quarters, temporaryFolder } from '../testing/images.js';
import { withJpegFrame, withSeparateScans } from '../testing/jpeg.js';
import { DEFAULT_MAX_PIXELS } from './decode.js';
import { assertFits, DECODE_MEMORY, decodeMemory, type ImageHeader } from './memory.js';
import type { ImageFormat } from './sniff.js';

const PEAK_MEMORY = fileURLToPath(new URL('../testing/peak-memory.fixture.js', import.meta.url));

async function growth(path: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [PEAK_MEMORY, path]);
  return Number(stdout);
}

test('large images take no more memory than they were thought to, one of 100 megapixels too', async (t) => {
  if (process.platform !== 'linux') return t.skip('peak memory is read from /proc');
  const folder = await temporaryFolder(t);
  const blank = (side: number) => sharp({ create: { width: side, height: side, channels: 3, background: '#7f8f6f' } });
  const images: Record<string, Sharp> = {
    'baseline.jpeg': blank(10_000).jpeg(),
    'progressive.jpeg': blank(5000).jpeg({ progressive: true, chromaSubsampling: '4:4:4', optimiseCoding: false }),
    'rows.png': blank(10_000).png({ compressionLevel: 1 }),
    'interlaced.png': blank(5000).png({ compressionLevel: 1, progressive: true }),
  };
  for (const [name, image] of Object.entries(images)) {
    const path = join(folder, name);
    await image.toFile(path);
    const thought = decodeMemory(name.endsWith('png') ? 'png' : 'jpeg', await sharp(path).metadata());
    const taken = await growth(path);
    assert.ok(thought <= DECODE_MEMORY, `${name}: ${thought}`);
    // A process has some memory to itself that is not returned at once.
    assert.ok(taken <= thought + 10e6, `${name} took ${taken / 1e6} MB, thought ${thought / 1e6}`);
  }
});

function header(format: ImageFormat, side: number, change: Partial<ImageHeader> = {}) {
  const plain = { width: side, height: side, channels: 3, depth: 'uchar', isProgressive: false } as const;
  const all: ImageHeader = { ...plain, ...change };
  return () => assertFits(format, all, DEFAULT_MAX_PIXELS);
}

test('each kind is taken up to the size at which its decoder takes too much memory', () => {
  const refused = (error: unknown) =>
    error instanceof BadInputError &&
    error.code === 'too-many-pixels' &&
    /megapixels; to decode an image of its kind \([A-Z]+\) takes about [\d,]+ MB of memory, and at most 700 are given/.test(
      error.message,
    );
  const cases: [ImageFormat, taken: number, tooLarge: number, Partial<ImageHeader>?][] = [
    ['jpeg', 10_000, 12_000, { isProgressive: true, chromaSubsampling: '4:4:4' }],
    ['jpeg', 13_000, 15_000, { isProgressive: true, chromaSubsampling: '4:2:0' }],
    ['png', 13_000, 15_000, { isProgressive: true }],
    ['png', 8_000, 9_000, { isProgressive: true, channels: 4, depth: 'ushort' }],
    ['tiff', 12_000, 14_000],
    ['webp', 11_000, 13_000],
    ['gif', 9_900, 11_000],
    ['avif', 5_500, 6_000],
    ['avif', 5_000, 5_500, { bitsPerSample: 10 }],
  ];
  for (const [format, taken, tooLarge, change] of cases) {
    assert.doesNotThrow(header(format, taken, change), `${format} ${taken}`);
    assert.throws(header(format, tooLarge, change), refused, `${format} ${tooLarge}`);
  }
  for (const format of ['jpeg', 'png'] as const) assert.doesNotThrow(header(format, 16_383), format);
  assert.throws(header('png', 16_384), /at most 268 are taken/);
});

test('a JPEG whose colours come in scans of their own counts as progressive', async () => {
  const jpeg = await quarters().jpeg().toBuffer();
  assert.equal((await sharp(jpeg).metadata()).isProgressive, false);
  const large = withJpegFrame(withSeparateScans(jpeg), { width: 16_000, height: 16_000 });
  const found = await sharp(large, { limitInputPixels: false }).metadata();
  assert.throws(() => assertFits('jpeg', found, DEFAULT_MAX_PIXELS), /of its kind \(JPEG\) takes about/);
});
