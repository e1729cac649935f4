import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { halve, orient, type Raster } from './raster.js';

/** Every pixel different, so that none can be mistaken for another. */
const numbered: Raster = { width: 3, height: 2, rgb: Uint8Array.from({ length: 18 }, (_, index) => index) };

test('the eight EXIF orientations come out as sharp applies them', async () => {
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const stored = await sharp(numbered.rgb, { raw: { width: 3, height: 2, channels: 3 } })
      .withMetadata({ orientation })
      .png()
      .toBuffer();
    const { data, info } = await sharp(stored).autoOrient().raw().toBuffer({ resolveWithObject: true });
    const shown = orient(numbered, orientation);
    assert.deepEqual([shown.width, shown.height], [info.width, info.height], `size for ${orientation}`);
    assert.deepEqual([...shown.rgb], [...data], `pixels for ${orientation}`);
  }
});

test('an orientation that EXIF does not know changes nothing', () => {
  assert.equal(orient(numbered, 0), numbered);
  assert.equal(orient(numbered, 9), numbered);
});

test('halving takes means, also at odd edges', () => {
  const grey = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value]));
  const half = halve({ width: 3, height: 3, rgb: grey(0, 4, 10, 8, 12, 20, 100, 200, 50) });
  assert.deepEqual([half.width, half.height], [2, 2]);
  assert.deepEqual([...half.rgb], [...grey(6, 15, 150, 50)]);
});
