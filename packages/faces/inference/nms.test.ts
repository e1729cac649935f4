import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clip, overlap, type ScoredBox } from './geometry.js';
import { suppress } from './nms.js';

const box = (x: number, y: number, side: number, score: number): ScoredBox => ({
  x,
  y,
  width: side,
  height: side,
  score,
});

test('overlap is intersection over union', () => {
  assert.equal(overlap(box(0, 0, 10, 1), box(5, 0, 10, 1)), 50 / 150);
  assert.equal(overlap(box(0, 0, 10, 1), box(10, 0, 10, 1)), 0);
});

test('of overlapping boxes the best stays, and the result is sorted by score', () => {
  const boxes = [box(1, 0, 10, 0.8), box(50, 50, 10, 0.95), box(0, 0, 10, 0.9)];
  assert.deepEqual(suppress(boxes, { overlap: 0.3 }), [box(50, 50, 10, 0.95), box(0, 0, 10, 0.9)]);
});

test('a small box within a large one goes only where containment is limited', () => {
  const boxes = [box(0, 0, 100, 0.9), box(10, 10, 20, 0.8)];
  assert.equal(suppress(boxes, { overlap: 0.3 }).length, 2);
  assert.equal(suppress(boxes, { overlap: 0.3, containment: 0.6 }).length, 1);
});

test('clipping keeps the part within the picture', () => {
  assert.deepEqual(clip(box(-5, 95, 10, 0.5), 100, 100), { x: 0, y: 95, width: 5, height: 5, score: 0.5 });
  assert.equal(clip(box(200, 0, 10, 0.5), 100, 100).width, 0);
});
