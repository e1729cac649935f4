import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookSize } from './look-size.js';

test('an image is looked at as it is, or scaled to the nearest size that is', () => {
  assert.deepEqual(lookSize({ width: 612, height: 408 }, 480, 640), { width: 612, height: 408 });
  assert.deepEqual(lookSize({ width: 4000, height: 3000 }, 480, 640), { width: 640, height: 480 });
  assert.deepEqual(lookSize({ width: 96, height: 120 }, 480, 640), { width: 384, height: 480 });
});

test('a long strip keeps more of its pixels, within bounds', () => {
  assert.deepEqual(lookSize({ width: 20_000, height: 500 }, 480, 640), { width: 2862, height: 72 });
  assert.deepEqual(lookSize({ width: 1, height: 100_000 }, 480, 640), { width: 1, height: 5120 });
  assert.deepEqual(lookSize({ width: 1000, height: 100 }, 480, 640), { width: 1000, height: 100 });
});
