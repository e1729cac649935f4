import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TURNS, turnBack, turnRaster } from './turn.js';

test('a box found in a turned raster is given where it lies in the raster before', () => {
  const width = 5;
  const height = 3;
  // One pixel stands out: column 3, row 1.
  const rgb = new Uint8Array(width * height * 3);
  rgb.fill(255, (1 * width + 3) * 3, (1 * width + 3) * 3 + 3);
  for (const turn of [0, ...TURNS] as const) {
    const turned = turnRaster({ width, height, rgb }, turn);
    const at = turned.rgb.indexOf(255) / 3;
    const box = { x: at % turned.width, y: Math.floor(at / turned.width), width: 1, height: 1, score: 0.5 };
    const middle: readonly [number, number] = [box.x + 0.5, box.y + 0.5];
    const back = turnBack({ ...box, landmarks: { nose: middle } }, turn, { width, height });
    assert.deepEqual(
      back,
      { x: 3, y: 1, width: 1, height: 1, score: 0.5, landmarks: { nose: [3.5, 1.5] } },
      `${turn}°`,
    );
  }
});

test('a quarter turn is clockwise', () => {
  const rgb = new Uint8Array(4 * 2 * 3);
  rgb[0] = 255;
  const turned = turnRaster({ width: 4, height: 2, rgb }, 90);
  assert.deepEqual([turned.width, turned.height, turned.rgb[3]], [2, 4, 255]);
});
