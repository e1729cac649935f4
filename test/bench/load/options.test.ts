import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SetupError } from '#contracts/errors.js';
import { parseBenchOptions } from './options.js';

test('a bench without options is of 1,440 files, all three ways, on a server of its own', () => {
  const options = parseBenchOptions([]);
  assert.deepEqual(
    [options.files, options.limitFiles, options.prismaFiles, options.rounds, [...options.ways], options.serverUrl],
    [1440, 1440, 20, 1, ['a', 'b', 'c'], undefined],
  );
});

test('the parts that psql and Prisma load follow the number of files', () => {
  const few = parseBenchOptions(['--files', '7']);
  const many = parseBenchOptions(['--files', '43201', '--limit-files', '5000']);
  assert.deepEqual([few.limitFiles, few.prismaFiles, many.limitFiles, many.prismaFiles], [7, 7, 5000, 20]);
});

test('settings of the product may be given again and contain any character', () => {
  assert.deepEqual(parseBenchOptions(['--env', 'BATCH_FILES=90', '--env', 'API_TOKEN=a=b c']).env, {
    BATCH_FILES: '90',
    API_TOKEN: 'a=b c',
  });
});

for (const [args, message] of [
  [['--files', '0'], /^--files is "0": expected a whole number from 1/],
  [['--files', '5', '--limit-files', '6'], /^--limit-files is "6": expected a whole number from 1 to 5/],
  [['--only', 'a,d'], /^--only is "d": expected a or b or c/],
  [['--carrier', 'pigeon'], /^--carrier is "pigeon"/],
  [['--env', 'BATCH_FILES'], /^--env is "BATCH_FILES": expected NAME=value/],
  [['--fiels', '3'], /--fiels/],
] as const) {
  test(`refuses ${args.join(' ')} in one line`, () => {
    assert.throws(
      () => parseBenchOptions(args),
      (error) => error instanceof SetupError && message.test(error.message) && !error.message.includes('\n'),
    );
  });
}
