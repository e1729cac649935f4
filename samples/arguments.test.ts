import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { parseSamplesArguments } from './arguments.js';

test('reads the counts, the seed and the folder', () => {
  assert.deepEqual(parseSamplesArguments(['--images', '20', '--json=10', '--out', 'x y', '--seed', '7', '--bad']), {
    out: 'x y',
    counts: { images: 20, parquet: 0, json: 10, recordings: 0, footageDir: './footage', seed: 7, bad: true },
  });
});

const wrong: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /^--out is missing/],
  [['--out', 'x'], /^nothing to write/],
  [['--out', 'x', '--images', '-1'], /images/],
  [['--out', 'x', '--json', '1.5'], /^--json is "1\.5": expected a whole number/],
  [['--out', 'x', '--parquet', '1e99'], /^--parquet is "1e99"/],
  [['--out', 'x', '--videos', '3'], /--videos/],
  [['x'], /'x'/],
];
for (const [args, message] of wrong) {
  test(`refuses ${JSON.stringify(args)} in one line`, () => {
    assert.throws(
      () => parseSamplesArguments(args),
      (error) => error instanceof SetupError && message.test(error.message) && !error.message.includes('\n'),
    );
  });
}
