import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeYunetGrid } from './yunet.js';

test('a cell is decoded to the box and the points that the formula gives', () => {
  const cells = 20 * 20;
  const grid = {
    stride: 32,
    columns: 20,
    classScores: new Float32Array(cells),
    objectScores: new Float32Array(cells),
    boxes: new Float32Array(cells * 4),
    points: new Float32Array(cells * 10),
  };
  // Row 2, column 3: centre (3.5, 2.25) · 32, size (e^1, e^0.5) · 32, score √(0.81 · 1); 1.2 is clamped to 1.
  const cell = 2 * 20 + 3;
  grid.classScores[cell] = 0.81;
  grid.objectScores[cell] = 1.2;
  grid.boxes.set([0.5, 0.25, 1, 0.5], cell * 4);
  grid.points.set([0.25, 0.5, 0, 0, 0, 0, 0, 0, -1, 1], cell * 10);
  const [face, ...others] = decodeYunetGrid(grid, 0.7);
  assert.equal(others.length, 0);
  assert.ok(face);
  const near = (actual: number, expected: number) =>
    assert.ok(Math.abs(actual - expected) < 1e-4, `${actual} ${expected}`);
  near(face.score, 0.9);
  near(face.width, Math.E * 32);
  near(face.height, Math.exp(0.5) * 32);
  near(face.x + face.width / 2, 112);
  near(face.y + face.height / 2, 72);
  assert.deepEqual(face.landmarks['rightEye'], [3.25 * 32, 2.5 * 32]);
  assert.deepEqual(face.landmarks['leftMouth'], [2 * 32, 3 * 32]);
  assert.deepEqual(decodeYunetGrid(grid, 0.91), []);
});
