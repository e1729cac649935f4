import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupByCause, withoutDetails } from './failure-causes.js';

test('what varies in a message is left out: numbers, ids, times, quoted texts, paths, names of files, and how many there are', () => {
  const expected: Readonly<Record<string, string>> = {
    'expected 17 columns, got 3': 'expected … columns, got …',
    'run 019ab2c4-11aa-7000-8000-0123456789ab is gone': 'run … is gone',
    'not before 2026-11-22T16:30:00Z.': 'not before ….',
    'column "a b" of type \'text\' does not exist': 'column … of type … does not exist',
    "can't open ‘it’: couldn't": "can't open …: couldn't",
    'ENOENT: no such file, open /data/in/a b.csv': 'ENOENT: no such file, open …',
    'C:\\data\\x: access denied': '…: access denied',
    'photo.jpg: cut off (bytes 12-40)': '…: cut off (bytes …)',
    'expected one of 1, 2, 3; got 4': 'expected one of …; got …',
    'https://example.org/a?b=1 answered 503': '… answered …',
    'Cannot read properties of undefined': 'Cannot read properties of undefined',
    '': '',
  };
  for (const [message, cause] of Object.entries(expected)) assert.equal(withoutDetails(message), cause);
});

test('a long message without a blank, or full of quotes, is no burden', () => {
  const hostile = ['x'.repeat(1_000), '"'.repeat(999), "'".repeat(999), '…-'.repeat(500), '.'.repeat(1_000)];
  for (let n = 0; n < 200; n += 1) for (const message of hostile) withoutDetails(message);
});

test('failures are grouped by task, error, code and what their messages have in common, the most frequent first', () => {
  const failure = (id: string, task: string, message: string | null, second: number, error = 'Error') => ({
    ...{ id, task, error, code: null, message },
    endedAt: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
  });
  const causes = groupByCause([
    failure('d', 'load', 'expected 1 row', 4, 'TypeError'),
    failure('c', 'load', 'expected 3 rows', 3),
    failure('b', 'load', 'expected 22 rows', 9),
    failure('a', 'other', null, 1),
  ]);
  assert.deepEqual(
    causes.map(({ task, error, message, count }) => [task, error, message, count]),
    [
      ['load', 'Error', 'expected … rows', 2],
      ['load', 'TypeError', 'expected … row', 1],
      ['other', 'Error', null, 1],
    ],
  );
  assert.deepEqual(causes[0]?.example, { runId: 'b', message: 'expected 22 rows' });
  assert.deepEqual([causes[0]?.firstAt, causes[0]?.lastAt], ['2026-01-01T00:00:03.000Z', '2026-01-01T00:00:09.000Z']);
});
