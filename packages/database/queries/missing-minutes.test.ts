import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingMinutes } from './missing-minutes.js';

const bits = (...present: number[]): string =>
  Array.from({ length: 1440 }, (_, minute) => (present.includes(minute) ? '1' : '0')).join('');

test('gaps within a day, over midnight and over days without rows, between the ends of what is there', () => {
  const found = missingMinutes(
    [
      { day: '2023-01-01', bits: bits(1438, 1439) },
      { day: '2023-01-02', bits: null },
      { day: '2023-01-04', bits: bits(0, 2, 1439) },
      { day: '2023-01-05', bits: bits(1) },
    ],
    {},
  );
  assert.deepEqual(
    found.ranges.map(({ from, to, minutes }) => [from, to, minutes]),
    [
      ['2023-01-03T00:00:00', '2023-01-03T23:59:00', 1440],
      ['2023-01-04T00:01:00', '2023-01-04T00:01:00', 1],
      ['2023-01-04T00:03:00', '2023-01-04T23:58:00', 1436],
      ['2023-01-05T00:00:00', '2023-01-05T00:00:00', 1],
    ],
  );
  assert.deepEqual([found.from, found.to, found.minutes], ['2023-01-01T23:58:00', '2023-01-05T00:01:00', 2878]);
});

test('the days that are asked for are looked at as a whole, with or without rows', () => {
  const day = [{ day: '2023-01-02', bits: bits(5) }];
  const { minutes, ranges, from, to } = missingMinutes(day, { from: '2023-01-01', to: '2023-01-02' }, true);
  assert.deepEqual([from, to, minutes, ranges.length], ['2023-01-01T00:00:00Z', '2023-01-02T23:59:00Z', 2879, 2]);
  assert.equal(missingMinutes([], { from: '2023-01-01', to: '2023-01-01' }).minutes, 1440);
  assert.equal(missingMinutes([], { from: '2023-01-01' }).from, null);
  assert.equal(missingMinutes([], {}).to, null);
});

test('of many ranges the first hundred are listed and the others counted', () => {
  const odd = bits(...Array.from({ length: 720 }, (_, n) => 2 * n));
  const { minutes, ranges, omitted } = missingMinutes([{ day: '2023-01-01', bits: odd }], { to: '2023-01-01' });
  assert.deepEqual([minutes, ranges.length, omitted], [720, 100, 620]);
});
