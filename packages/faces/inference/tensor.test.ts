import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writePlanes } from './tensor.js';

const raster = { width: 2, height: 2, rgb: Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]) };

test('pixels become planes in the asked order, and what lies outside is padding', () => {
  const planes = new Float32Array(3 * 3 * 2).fill(99);
  const region = { left: 1, top: 0, width: 3, height: 2 };
  writePlanes(planes, raster, region, { order: 'bgr', factor: 2, offset: 1, padding: -1 });
  assert.deepEqual([...planes], [13, -1, -1, 25, -1, -1, 11, -1, -1, 23, -1, -1, 9, -1, -1, 21, -1, -1]);
  writePlanes(planes, raster, region, { order: 'rgb', factor: 1, offset: 0, padding: 0 });
  assert.deepEqual([...planes.subarray(0, 6)], [4, 0, 0, 10, 0, 0]);
});
