import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeMinutes } from './whole-minutes.js';

const at = (time: string): string => `2024-07-18T06:${time}Z`;

test('a range is its whole minutes and what is left at its ends', () => {
  assert.deepEqual(wholeMinutes(undefined, undefined), { whole: [{ from: undefined, before: undefined }], edges: [] });
  assert.deepEqual(wholeMinutes(at('01:00.000000'), at('02:59.999999')), {
    whole: [{ from: at('01:00.000000'), before: at('03:00.000000') }],
    edges: [],
  });
  assert.deepEqual(wholeMinutes(at('01:00.000001'), at('03:00.000000')), {
    whole: [{ from: at('02:00.000000'), before: at('03:00.000000') }],
    edges: [
      { from: at('01:00.000001'), to: at('01:59.999999') },
      { from: at('03:00.000000'), to: at('03:00.000000') },
    ],
  });
  assert.deepEqual(wholeMinutes(at('01:30.000000'), undefined), {
    whole: [{ from: at('02:00.000000'), before: undefined }],
    edges: [{ from: at('01:30.000000'), to: at('01:59.999999') }],
  });
});

test('a range without a whole minute is its ends alone', () => {
  assert.deepEqual(wholeMinutes(at('01:10.000000'), at('01:20.000000')), {
    whole: [],
    edges: [{ from: at('01:10.000000'), to: at('01:20.000000') }],
  });
  assert.deepEqual(wholeMinutes(at('01:10.000000'), at('02:20.000000')), {
    whole: [],
    edges: [
      { from: at('01:10.000000'), to: at('01:59.999999') },
      { from: at('02:00.000000'), to: at('02:20.000000') },
    ],
  });
  // The wrong way round: nothing lies in it.
  assert.deepEqual(wholeMinutes(at('09:00.000000'), at('01:20.000000')).whole, []);
});
