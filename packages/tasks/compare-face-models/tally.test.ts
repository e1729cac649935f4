import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from './tally.js';

const face = (x: number, score: number) => ({ x, y: 0, width: 10, height: 10, score, landmarks: {} });

test('counts, differences, scores and matches add up', () => {
  const tally = new Tally();
  const image = (id: number) => ({ fileId: String(id), filename: `p${id}` });
  tally.add(image(5), [face(0, 0.9)], [face(1, 0.8)]);
  tally.add(image(4), [face(0, 0.9), face(50, 0.7)], [face(0, 0.6)]);
  // The same number of faces, but not the same ones.
  tally.add(image(3), [face(0, 0.5)], [face(50, 0.5)]);
  tally.add(image(2), [], []);
  tally.fail(image(1), 'gone');
  const { firstDiffering, ...summary } = tally.summary();
  assert.deepEqual(summary, {
    pictures: 5,
    compared: 4,
    failed: 1,
    same: 3,
    agreement: 75,
    meanDifference: -0.25,
    mae: 0.25,
    matched: 2,
    onlyInA: 2,
    onlyInB: 1,
    meanScoreA: 0.75,
    meanScoreB: 0.6333,
    counts: [
      { a: 1, b: 1, pictures: 2 },
      { a: 0, b: 0, pictures: 1 },
      { a: 2, b: 1, pictures: 1 },
    ],
    differing: 2,
    firstFailures: [{ ...image(1), reason: 'gone' }],
  });
  assert.deepEqual(firstDiffering, [
    { ...image(4), a: 2, b: 1 },
    { ...image(3), a: 1, b: 1 },
  ]);
  const [first] = tally.differences;
  assert.deepEqual(first?.onlyA, [{ x: 50, y: 0, width: 10, height: 10, score: 0.7 }]);
});

test('nothing compared gives zeros and no mean scores, and the output’s lists stay short', () => {
  const { agreement, mae, meanScoreA } = new Tally().summary();
  assert.deepEqual([agreement, mae, meanScoreA], [0, 0, null]);
  const tally = new Tally();
  for (let id = 1; id <= 300; id += 1) {
    const faces = Array.from({ length: id }, (_, index) => face(index * 20, 0.9));
    tally.add({ fileId: String(id), filename: '' }, faces, []);
    tally.fail({ fileId: String(id), filename: '' }, 'gone');
  }
  const { counts, firstDiffering, firstFailures, differing, onlyInA } = tally.summary();
  assert.deepEqual([counts.length, firstDiffering.length, firstFailures.length], [200, 100, 100]);
  assert.deepEqual([differing, onlyInA], [300, (300 * 301) / 2]);
  assert.equal(Math.max(...tally.differences.map((one) => one.onlyA.length)), 100);
});

test('of very many boxes the first are kept, and their numbers stay exact', () => {
  const tally = new Tally();
  const crowd = Array.from({ length: 100 }, (_, index) => face(index * 20, 0.9));
  for (let id = 1; id <= 2_100; id += 1) tally.add({ fileId: String(id), filename: '' }, crowd, []);
  const kept = tally.differences.map(({ onlyA }) => onlyA.length);
  assert.deepEqual([kept[1_999], kept[2_000], kept.length], [100, 0, 2_100]);
  assert.deepEqual([tally.summary().onlyInA, tally.differences.at(-1)?.facesA], [210_000, 100]);
});
