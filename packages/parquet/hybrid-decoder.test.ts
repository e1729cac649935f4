import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HybridDecoder } from './hybrid-decoder.js';

/** Values bit-packed in groups of eight, least significant bit first. */
function packed(values: readonly number[], bitWidth: number): number[] {
  const bytes = new Array<number>(Math.ceil((values.length * bitWidth) / 8)).fill(0);
  for (const [i, value] of values.entries()) {
    for (let bit = 0; bit < bitWidth; bit++) {
      const at = i * bitWidth + bit;
      const set = Math.floor(value / 2 ** bit) % 2;
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (set << (at & 7));
    }
  }
  return [((values.length / 8) << 1) | 1, ...bytes];
}

function read(bytes: readonly number[], bitWidth: number, portions: readonly number[]): number[] {
  const decoder = new HybridDecoder(Uint8Array.from(bytes), 0, bytes.length, bitWidth);
  return portions.flatMap((count) => {
    const out = new Uint32Array(count);
    decoder.read(out, count);
    return [...out];
  });
}

test('packed values of every width come back, in any portions', () => {
  for (let width = 1; width <= 32; width++) {
    const values = Array.from({ length: 32 }, (_, i) => (i * 2_654_435_761) % 2 ** width);
    assert.deepEqual(read(packed(values, width), width, [1, 7, 13, 11]), values, `width ${width}`);
  }
});

test('runs and packed groups follow one another', () => {
  const bytes = [10, 0x2c, 0x01, ...packed([0, 1, 2, 3, 4, 5, 6, 7], 9), 4, 1, 0];
  assert.deepEqual(read(bytes, 9, [3, 3, 9]), [300, 300, 300, 300, 300, 0, 1, 2, 3, 4, 5, 6, 7, 1, 1]);
});

test('a width of zero means zeros, without any runs', () => {
  assert.deepEqual(read([], 0, [3]), [0, 0, 0]);
});

test('too few bytes are an error, and a run of millions takes no memory', () => {
  assert.throws(() => read([10], 8, [5]), /end too early/);
  assert.throws(() => read(packed([1, 1, 1, 1, 1, 1, 1, 1], 1), 1, [9]), /end too early/);
  assert.throws(() => read([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 1, [9]), /claims/);
  assert.deepEqual(read([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], 1, [2]), [1, 1]);
});

test('more bits than an integer has are refused', () => {
  assert.throws(() => new HybridDecoder(new Uint8Array(4), 0, 4, 33), /at most 32 bits/);
  assert.throws(() => new HybridDecoder(new Uint8Array(4), 2, 5, 1), /exceed 4 bytes/);
});
