import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { BadInputError } from '#contracts/errors.js';
import { createRandom, type Random } from '#samples/random.js';
import { type ImageKind, imageKinds } from '../testing/kinds.js';
import { DEFAULT_MAX_PIXELS, openImage } from './decode.js';
import { SNIFF_BYTES, sniffFormat } from './sniff.js';

/** Some detail everywhere, so that damage anywhere is damage to something. */
async function detailed() {
  const noise = { type: 'gaussian', mean: 128, sigma: 50 } as const;
  const create = { width: 96, height: 64, channels: 3, background: '#000', noise } as const;
  return sharp(await sharp({ create }).blur(1).png().toBuffer());
}

type Outcome = 'read' | 'refused' | 'no image';

/** What becomes of these bytes; throws what an image must never cause. */
async function outcome(bytes: Buffer): Promise<Outcome> {
  const format = sniffFormat(bytes.subarray(0, SNIFF_BYTES));
  if (format === undefined) return 'no image';
  try {
    const image = await openImage({ path: '/nowhere', bytes }, format, { maxPixels: DEFAULT_MAX_PIXELS });
    const raster = await image.raster({ width: 48, height: 32 });
    assert.equal(raster.rgb.length, 48 * 32 * 3);
    return 'read';
  } catch (error) {
    if (!(error instanceof BadInputError)) throw error;
    assert.match(error.message, /^(Expected a |The image is |The [A-Z]+ image uses )/);
    return 'refused';
  }
}

/** A copy with some bytes changed, half of the time near the beginning, where the structure is. */
function damaged(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const reach = random.int(0, 1) === 0 ? Math.min(600, copy.length) : copy.length;
  for (let left = random.int(1, 12); left > 0; left -= 1) copy[random.int(0, reach - 1)] = random.int(0, 255);
  return copy;
}

async function each(work: (kind: ImageKind, bytes: Buffer) => Promise<void>): Promise<void> {
  const image = await detailed();
  for (const kind of imageKinds) await work(kind, await kind.encode(image.clone()));
}

test('an image cut off anywhere is refused or, where nothing that shows is missing, read', async () => {
  await each(async (kind, bytes) => {
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.7, 0.9]) {
      const result = await outcome(bytes.subarray(0, Math.ceil(bytes.length * share)));
      // A first frame or page can be whole although the file is not.
      if (!/animated|pages/.test(kind.name)) assert.notEqual(result, 'read', `${kind.name} cut at ${share}`);
    }
  });
});

test('an image with changed bytes is read or refused, whatever they are', async () => {
  const random = createRandom(1, 'damage');
  const count: Record<Outcome, number> = { read: 0, refused: 0, 'no image': 0 };
  await each(async (kind, bytes) => {
    for (let round = 0; round < 12; round += 1) {
      const copy = damaged(bytes, random);
      await outcome(copy)
        .then((result) => {
          count[result] += 1;
        })
        .catch((error: unknown) => {
          throw new Error(`${kind.name}, round ${round}: ${copy.toString('base64')}`, { cause: error });
        });
    }
  });
  assert.ok(count.read > 20 && count.refused > 20, JSON.stringify(count));
});

test('bytes after the end of an image are let pass', async () => {
  await each(async (kind, bytes) => {
    assert.equal(await outcome(Buffer.concat([bytes, Buffer.alloc(300, 7)])), 'read', kind.name);
  });
});
