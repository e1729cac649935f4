import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reduce } from './blazeface-reduce.js';

/** A raster with these values in all three channels. */
const grey = (width: number, values: readonly number[]) => ({
  width,
  height: values.length / width,
  rgb: Uint8Array.from(values.flatMap((value) => [value, value, value])),
});

test('a pixel is the mean of the area that it stands for, shares of pixels included', () => {
  assert.deepEqual(reduce(grey(3, [0, 90, 240]), { width: 2, height: 1 }), grey(2, [30, 190]));
  assert.deepEqual(reduce(grey(2, [0, 10, 20, 31]), { width: 1, height: 1 }), grey(1, [15]));
  assert.deepEqual(reduce(grey(1, [0, 90, 240]), { width: 1, height: 2 }), grey(1, [30, 190]));
});

test('an even image stays even, and channels stay apart, at any ratio', () => {
  const rgb = Uint8Array.from(Array.from({ length: 61 * 47 }).flatMap(() => [10, 255, 0]));
  for (const [width, height] of [
    [60, 46],
    [37, 29],
    [1, 1],
    [61, 2],
  ] as const) {
    const smaller = reduce({ width: 61, height: 47, rgb }, { width, height });
    assert.deepEqual([smaller.width, smaller.height, smaller.rgb.length], [width, height, 3 * width * height]);
    assert.ok(smaller.rgb.every((value, index) => value === [10, 255, 0][index % 3]));
  }
});

test('a raster of that size already is not copied', () => {
  const raster = grey(2, [1, 2]);
  assert.equal(reduce(raster, { width: 2, height: 1 }), raster);
});
