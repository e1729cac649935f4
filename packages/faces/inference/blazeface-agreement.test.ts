import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, type Candidate, turnOver } from './blazeface-agreement.js';

const SCALES = [1, 0.5, 0.25];
const SEARCH = { largestFace: 120, overlap: 0.3, containment: 0.6 };

const seen = (scale: number, x: number, side: number, score: number): Candidate => ({
  x,
  y: 0,
  width: side,
  height: side,
  score,
  landmarks: { nose: [x + side / 2, side / 2] },
  scale,
});
const near = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual}, expected ${expected}`);

test('a face that two looks see has the mean of their best scores', () => {
  const [face, ...others] = agree(
    [seen(1, 0, 40, 0.8), seen(1, 1, 40, 0.7), seen(0.5, 0, 40, 0.6)],
    SCALES,
    SEARCH,
    0.5,
  );
  assert.equal(others.length, 0);
  near(face?.score, 0.7);
});

test('what one look alone sees counts half', () => {
  assert.deepEqual(agree([seen(1, 0, 40, 0.9)], SCALES, SEARCH, 0.5), []);
  near(agree([seen(1, 0, 40, 0.9)], SCALES, SEARCH, 0.4)[0]?.score, 0.45);
});

test('a face that is too large for the other looks needs none of them', () => {
  // 400 pixels are 400 and 200 in the larger two looks, and 100 in the smallest.
  near(agree([seen(0.25, 0, 400, 0.9)], SCALES, SEARCH, 0.5)[0]?.score, 0.9);
  // Too large for every look: the one that sees it is believed.
  near(agree([seen(0.25, 0, 600, 0.9)], SCALES, SEARCH, 0.5)[0]?.score, 0.9);
});

test('boxes of one face are blended by their scores, with their points', () => {
  const [face] = agree([seen(1, 0, 40, 0.9), seen(0.5, 6, 40, 0.45)], SCALES, SEARCH, 0.5);
  near(face?.x, 2);
  near(face?.width, 40);
  near(face?.landmarks['nose']?.[0], 22);
});

test('a part of a face is neither a face nor blended into it, and neighbours stay apart, best first', () => {
  const faces = agree(
    [
      ...[seen(1, 0, 100, 0.9), seen(0.5, 0, 100, 0.7), seen(1, 30, 30, 0.8), seen(0.5, 30, 30, 0.8)],
      ...[seen(1, 200, 100, 0.95), seen(0.5, 200, 100, 0.85)],
    ],
    SCALES,
    SEARCH,
    0.5,
  );
  assert.deepEqual(
    faces.map(({ x, width }) => [x, width].map(Math.round)),
    [
      [200, 100],
      [0, 100],
    ],
  );
});

test('turning over twice changes nothing, and once exchanges the corners', () => {
  const { scale: _, ...face } = seen(1, 10, 20, 0.9);
  const [over] = turnOver([face], 100, 60);
  assert.deepEqual(over, { x: 70, y: 40, width: 20, height: 20, score: 0.9, landmarks: { nose: [80, 50] } });
  assert.deepEqual(turnOver(turnOver([face], 100, 60), 100, 60), [face]);
});
