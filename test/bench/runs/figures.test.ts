import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsOf, type Measurement, median, mediansByHundred, middleOf, quantile } from './figures.js';

const upTo = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

test('gaps are between moments in the order of time', () => {
  assert.deepEqual(gapsOf([30, 10, 15]), [5, 15]);
  assert.deepEqual(gapsOf([10]), []);
});

test('each hundred has a median of its own, and a rest counts from fifty values on', () => {
  assert.deepEqual(mediansByHundred([...upTo(100), ...upTo(100, 1000)]), [50, 1050]);
  assert.deepEqual(mediansByHundred(upTo(149)), [50]);
  assert.deepEqual(mediansByHundred(upTo(150)), [50, 125]);
  // The 39 gaps of 40 runs.
  assert.deepEqual(mediansByHundred(upTo(39)), [19]);
  assert.deepEqual(mediansByHundred([]), []);
});

test('median and quantile leave the values in their order', () => {
  const values = [9, 1, 5, 7];
  assert.deepEqual([median(values), quantile(values, 0.95), quantile(values, 0)], [7, 9, 1]);
  assert.deepEqual(values, [9, 1, 5, 7]);
});

test('the round in the middle is one of those that succeeded', () => {
  const subject = { section: 'noop', who: 'millrace', carrier: 'redis', units: 9 } as const;
  const rounds: Measurement[] = [
    { ...subject, round: 1, figures: {}, failure: 'not done after 9 s' },
    { ...subject, round: 2, figures: { rate: 30 } },
    { ...subject, round: 3, figures: { rate: 10 } },
    { ...subject, round: 4, figures: { rate: 20 } },
  ];
  assert.equal(middleOf(rounds, 'rate')?.round, 4);
  assert.equal(middleOf(rounds.slice(0, 1), 'rate')?.failure, 'not done after 9 s');
});
