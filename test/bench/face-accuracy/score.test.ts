import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestThreshold, type Counted, exactInterval, figuresOf, heldOut, outcomesAt } from './score.js';

const counted = (source: string, faces: number, ...scores: number[]): Counted => ({ set: 'a', source, faces, scores });

test('figures are taken over all images', () => {
  const outcomes = [0, 0, 3, -1].map((error) => ({ source: 'a', error }));
  assert.deepEqual(figuresOf(outcomes), {
    images: 4,
    exact: 0.5,
    meanAbsoluteError: 1,
    rootMeanSquareError: Math.sqrt(10 / 4),
    over: 1,
    under: 1,
  });
});

test('a face counts from the threshold on', () => {
  assert.deepEqual(outcomesAt([counted('a', 2, 0.6, 0.59, 0.9)], 0.6), [{ source: 'a', error: 0 }]);
});

test('the best threshold has the most exact counts, small sets weighing as much as large ones', () => {
  const many = Array.from({ length: 10 }, (_, index) => counted(`${index}`, 1, 0.9, 0.5));
  assert.equal(bestThreshold(many, [0.4, 0.6]), 0.6);
  const few = [{ ...counted('x', 2, 0.9, 0.5), set: 'b' }];
  // Each fits one set wholly; fewer faces too many or too few decide, and here they are the same: the first stays.
  assert.equal(bestThreshold([...many, ...few], [0.4, 0.6]), 0.4);
});

test('a held-out image has no say in its own threshold', () => {
  // At 0.4 the odd one is right, but all others say 0.6.
  const others = Array.from({ length: 20 }, (_, index) => counted(`${index}`, 1, 0.9, 0.5));
  const outcomes = heldOut([...others, counted('odd', 2, 0.9, 0.5)], [0.4, 0.6]);
  assert.equal(outcomes.length, 210);
  assert.ok(outcomes.every(({ source, error }) => error === (source === 'odd' ? -1 : 0)));
});

test('the interval holds the share, and is narrow only where images agree', () => {
  const half = Array.from({ length: 40 }, (_, index) => ({ source: `${index}`, error: index % 2 }));
  const [low, high] = exactInterval(half);
  assert.ok(low > 0.3 && low < 0.5 && high > 0.5 && high < 0.7, `${low} ${high}`);
  assert.deepEqual(exactInterval(half.map((one) => ({ ...one, error: 0 }))), [1, 1]);
});
