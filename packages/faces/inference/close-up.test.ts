import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orient, type Raster } from '../image/raster.js';
import { type CloseUpView, closeUpsOf } from './close-up.js';
import { TURNS, turnRaster } from './turn.js';

/** Each pixel encodes where it is: red its column, green its row. */
function map(width: number, height: number): Raster {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) rgb.set([x, y, 200], (y * width + x) * 3);
  return { width, height, rgb };
}

const view = (around: number, side: number, more: Partial<CloseUpView> = {}): CloseUpView => ({
  around,
  side,
  turn: 0,
  mirrored: false,
  ...more,
});

function pixel(raster: Raster, x: number, y: number): number[] {
  const start = (y * raster.width + x) * 3;
  return [...raster.rgb.subarray(start, start + 3)];
}

test('at the size that it has, a close-up is a cut-out', () => {
  const { raster, box } = closeUpsOf(map(100, 80))({ x: 40, y: 30, width: 8, height: 8 }, view(2, 16));
  assert.deepEqual([raster.width, raster.height], [16, 16]);
  assert.deepEqual(box, { x: 4, y: 4, width: 8, height: 8 });
  assert.deepEqual(pixel(raster, 0, 0), [36, 26, 200]);
  assert.deepEqual(pixel(raster, 15, 15), [51, 41, 200]);
});

test('enlarged, pixels lie between their neighbours', () => {
  const { raster, box } = closeUpsOf(map(100, 80))({ x: 40, y: 30, width: 8, height: 8 }, view(2, 32));
  assert.deepEqual(box, { x: 8, y: 8, width: 16, height: 16 });
  const reds = Array.from({ length: 32 }, (_, x) => pixel(raster, x, 10)[0] ?? 0);
  assert.deepEqual(
    reds,
    [...reds].sort((a, b) => a - b),
  );
  assert.deepEqual([reds[1], reds[31]], [36, 51]);
});

test('much reduced, every pixel of the part counts', () => {
  const chequered = map(256, 256);
  for (let index = 0; index < chequered.rgb.length; index += 1) {
    chequered.rgb[index] = (Math.floor(index / 3) + Math.floor(index / 3 / 256)) % 2 === 0 ? 0 : 200;
  }
  const { raster } = closeUpsOf(chequered)({ x: 96, y: 96, width: 64, height: 64 }, view(3, 32));
  assert.ok([...raster.rgb].every((value) => value === 100));
});

test('what lies beyond the edges is black', () => {
  const { raster } = closeUpsOf(map(100, 80))({ x: -4, y: -4, width: 8, height: 8 }, view(2, 16));
  assert.deepEqual(pixel(raster, 0, 0), [0, 0, 0]);
  assert.deepEqual(pixel(raster, 8, 8), [0, 0, 200]);
});

test('turned and mirrored, a close-up shows what a turned and mirrored cut-out does', () => {
  const source = map(100, 80);
  const at = closeUpsOf(source);
  const box = { x: 40, y: 30, width: 8, height: 4 };
  const size = { around: 16 / Math.sqrt(32), side: 16 };
  const upright = at(box, { ...size, turn: 0, mirrored: false }).raster;
  for (const turn of TURNS) {
    const { raster, box: within } = at(box, { ...size, turn, mirrored: false });
    assert.deepEqual(raster, turnRaster(upright, turn), `${turn}°`);
    assert.equal(within.width > within.height, turn === 180);
  }
  assert.deepEqual(at(box, { ...size, turn: 0, mirrored: true }).raster, orient(upright, 2));
  // First mirrored, then turned.
  assert.deepEqual(at(box, { ...size, turn: 90, mirrored: true }).raster, turnRaster(orient(upright, 2), 90));
});
