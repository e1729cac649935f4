import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createScanPace } from './scan-pace.js';

test('scans come at their interval, rest longer when they take long, and come soon when asked for', () => {
  let now = 0;
  const pace = createScanPace(1_000, () => now);
  const scan = (ms: number): void => {
    pace.begin();
    now += ms;
    pace.end();
  };
  const dueAfter = (ms: number): boolean => {
    const before = now;
    now += ms;
    const due = pace.isDue();
    now = before;
    return due;
  };
  assert.ok(pace.isDue(), 'the first is due at once');
  scan(10);
  assert.deepEqual([dueAfter(999), dueAfter(1_000)], [false, true]);
  scan(500);
  assert.deepEqual([dueAfter(9_999), dueAfter(10_000)], [false, true]);
  pace.soon();
  assert.deepEqual([dueAfter(499), dueAfter(500)], [false, true]);
  pace.begin();
  pace.soon();
  now += 1;
  pace.end();
  assert.ok(dueAfter(1), 'one that is asked for in the middle of a scan comes after it');
});
