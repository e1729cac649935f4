import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clip, type MarkedBox, overlap, scale, shift } from './geometry.js';
import { suppress } from './nms.js';

const box = (x: number, y: number, side: number, score: number): MarkedBox => ({
  x,
  y,
  width: side,
  height: side,
  score,
  landmarks: { nose: [x + side / 2, y] },
});

test('overlap is intersection over union: 1 for the same box, 0 for those apart, touching or empty', () => {
  assert.equal(overlap(box(0, 0, 10, 1), box(0, 0, 10, 1)), 1);
  assert.equal(overlap(box(0, 0, 10, 1), box(50, 50, 10, 1)), 0);
  assert.equal(overlap(box(0, 0, 10, 1), { ...box(0, 0, 10, 1), width: 0 }), 0);
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

test('clipping keeps the part within the image, and the points where they are', () => {
  const cut = clip(box(-5, 95, 10, 0.5), 100, 100);
  assert.deepEqual(cut, { x: 0, y: 95, width: 5, height: 5, score: 0.5, landmarks: { nose: [0, 95] } });
  assert.equal(clip(box(200, 0, 10, 0.5), 100, 100).width, 0);
});

test('points move with their box', () => {
  assert.deepEqual(shift(box(1, 2, 10, 0.5), 100, 200), box(101, 202, 10, 0.5));
  assert.deepEqual(scale(box(1, 2, 10, 0.5), 2, 2), box(2, 4, 20, 0.5));
});
