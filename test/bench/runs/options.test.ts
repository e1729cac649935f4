import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { parseRunsOptions } from './options.js';

test('without options all sections of this checkout are measured beside all peers', () => {
  const { sections, contestants, carriers, builds, rounds, runs, invocations, children } = parseRunsOptions([]);
  assert.deepEqual(
    [[...sections], [...carriers]],
    [
      ['noop', 'sequential', 'step', 'fanout', 'idle'],
      ['postgres', 'redis'],
    ],
  );
  assert.equal(contestants.size, 5);
  assert.deepEqual([builds, rounds], [[{ name: 'millrace', folder: undefined }], 3]);
  assert.deepEqual(
    [runs.millrace, runs['pg-boss'], invocations, children],
    [20_000, 20_000, [40, 400, 1000], [3000, 10_000]],
  );
});

test('builds have the names that are given, else those of their folders', () => {
  const { builds } = parseRunsOptions(['--millrace', 'old=../millrace', '--millrace', '/srv/next']);
  assert.deepEqual(
    builds.map(({ name, folder }) => [name, folder?.split('/').at(-1)]),
    [
      ['old', 'millrace'],
      ['next', 'next'],
    ],
  );
});

test('slow ones can have fewer runs', () => {
  const { runs } = parseRunsOptions(['--runs', '500', '--runs-of', 'pg-boss=20']);
  assert.deepEqual([runs.millrace, runs['pg-boss']], [500, 20]);
});

for (const [args, message] of [
  [['--only', 'noop,nap'], /^--only is "nap": expected noop or sequential/],
  [['--which', 'kafka'], /^--which is "kafka": expected millrace or bullmq/],
  [['--carriers', 'pigeon'], /^--carriers is "pigeon"/],
  [['--invocations', '40,x'], /^--invocations is "x": expected a whole number from 1/],
  [['--runs-of', 'pg-boss'], /^--runs-of is "pg-boss": expected name=number/],
  [['--runs-of', 'kafka=3'], /^--runs-of is "kafka": expected millrace or/],
  [['--millrace', 'a/x', '--millrace', 'b/x'], /^--millrace: "x" names two/],
  [['--millrace', 'bullmq=../x'], /^--millrace: "bullmq" names two/],
  [['--rounds', '0'], /^--rounds is "0": expected a whole number from 1 to 100/],
  [['--ruonds', '3'], /--ruonds/],
] as const) {
  test(`refuses ${args.join(' ')} in one line`, () => {
    assert.throws(
      () => parseRunsOptions(args),
      (error) => error instanceof SetupError && message.test(error.message) && !error.message.includes('\n'),
    );
  });
}
