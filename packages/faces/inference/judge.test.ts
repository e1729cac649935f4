import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logit, measure, probability, weigh } from './judge.js';
import { MEASURES } from './judge-weights.js';

const box = (x: number, side: number, score: number) => ({ x, y: 0, width: side, height: side, score });

test('a box is measured against the clear faces of its image', () => {
  const boxes = [box(0, 40, 0.9), box(100, 80, 0.9), box(200, 30, 0.5), box(300, 10, 0.5), box(110, 60, 0.6)];
  const [first, , third, fourth, fifth] = measure(boxes, 0.7);
  assert.ok(first && third && fourth && fifth);
  assert.equal(first.size, 0);
  assert.equal(first.crowd, Math.log(3));
  assert.equal(first.alone, 0);
  // The median of 40 and 80 is 60.
  assert.equal(third.relative, Math.log(30 / 60));
  assert.equal(third.small, 0);
  assert.equal(third.smaller, Math.log(30 / 60) + 0.5);
  assert.equal(fourth.small, Math.log(10 / 20));
  assert.equal(first.smaller, Math.min(0, Math.log(40 / 60) + 0.5));
  // All of it lies within the clear face.
  assert.equal(fifth.covered, 1);
  assert.deepEqual([first.covered, third.covered], [0, 0]);
});

test('where no face is clear, boxes keep the scores of the network', () => {
  const [only] = measure([box(0, 40, 0.6)], 0.7);
  assert.deepEqual([only?.alone, only?.relative, only?.smaller, only?.crowd], [1, 0, 0, 0]);
});

test('more than ten clear faces are a crowd as ten are', () => {
  const crowd = (count: number) =>
    measure(
      Array.from({ length: count }, (_, at) => box(50 * at, 40, 0.9)),
      0.7,
    )[0]?.crowd;
  assert.equal(crowd(10), Math.log(11));
  assert.equal(crowd(40), Math.log(11));
});

test('the probability is that of the weighted sum', () => {
  const [measures] = measure([box(0, 40, 0.8)], 0.7);
  assert.ok(measures);
  const none = Object.fromEntries(MEASURES.map((name) => [name, 0]));
  const weights = { bias: 0, score: 1, size: 0, small: 0, relative: 0, smaller: 0, alone: 0, crowd: 0, covered: 0 };
  assert.deepEqual(
    Object.keys(none).sort(),
    Object.keys(weights)
      .filter((name) => name !== 'bias')
      .sort(),
  );
  assert.ok(Math.abs(probability(weigh(measures, weights)) - 0.8) < 1e-12);
  assert.ok(Math.abs(weigh(measures, { ...weights, bias: 2, crowd: 3 }) - (logit(0.8) + 2 + 3 * Math.log(2))) < 1e-12);
});

test('scores of 0 and 1 have a logit', () => {
  assert.ok(Math.abs(logit(1) + logit(0)) < 1e-12);
  assert.equal(logit(1), logit(0.999));
});
