import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CountedBoxes, fitCounts } from './fit.js';
import { randomNumbers } from './score.js';

const logistic = (value: number): number => 1 / (1 + Math.exp(-value));

/** Images of up to eight boxes each, which are faces by the given weights, and some faces that no box shows. */
function images(count: number, weights: readonly [number, number, number], missed: number): CountedBoxes[] {
  const random = randomNumbers(7);
  return Array.from({ length: count }, () => {
    const boxes = Array.from({ length: 1 + Math.floor(random() * 8) }, () => [random() * 8 - 4, random() * 2, 1]);
    const sum = (row: readonly number[]) => row.reduce((total, value, at) => total + value * (weights[at] ?? 0), 0);
    const seen = boxes.filter((row) => random() < logistic(sum(row))).length;
    return { boxes, faces: seen + (random() < missed ? 1 : 0) };
  });
}

test('weights are found of which only counts are known', () => {
  const [slope = 0, other = 0, bias = 0] = fitCounts(images(1500, [1.5, 0, 1], 0.1));
  assert.ok(Math.abs(slope - 1.5) < 0.25, `${slope}`);
  assert.ok(Math.abs(other) < 0.3, `${other}`);
  assert.ok(Math.abs(bias - 1) < 0.4, `${bias}`);
});

test('the same images give the same weights', () => {
  const some = images(50, [1, 1, 0], 0);
  assert.deepEqual(fitCounts(some), fitCounts(some));
});
