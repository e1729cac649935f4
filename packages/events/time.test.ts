import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTime } from './time.js';

/** Microseconds of an instant that Date knows, plus microseconds beyond its milliseconds. */
function micros(iso: string, extra = 0): bigint {
  return BigInt(Date.parse(iso)) * 1000n + BigInt(extra);
}

const good: readonly (readonly [string, bigint])[] = [
  ['2022-06-05T21:02:34.546Z', micros('2022-06-05T21:02:34.546Z')],
  ['2022-06-05T21:02:34Z', micros('2022-06-05T21:02:34Z')],
  ['2022-06-05T21:02Z', micros('2022-06-05T21:02:00Z')],
  ['2022-06-05t21:02:34.546z', micros('2022-06-05T21:02:34.546Z')],
  ['2022-06-05 21:02:34.546+00:00', micros('2022-06-05T21:02:34.546Z')],
  ['2022-06-05T21:02:34.546789+00:00', micros('2022-06-05T21:02:34.546Z', 789)],
  ['2022-06-05T21:02:34.546789999Z', micros('2022-06-05T21:02:34.546Z', 789)],
  ['2022-06-05T21:02:34.5Z', micros('2022-06-05T21:02:34.500Z')],
  ['2022-06-05T21:02:34,000001Z', micros('2022-06-05T21:02:34Z', 1)],
  ['2022-06-05T23:02:34+02:00', micros('2022-06-05T21:02:34Z')],
  ['2022-06-05T15:32:34-0530', micros('2022-06-05T21:02:34Z')],
  ['2022-06-05T22:02:34+01', micros('2022-06-05T21:02:34Z')],
  ['2024-02-29T00:00:00Z', micros('2024-02-29T00:00:00Z')],
  ['1969-12-31T23:59:59.999999Z', -1n],
  ['0001-01-01T00:00:00Z', -62_135_596_800_000_000n],
  ['0099-12-31T23:59:59Z', micros('0099-12-31T23:59:59Z')],
  ['9999-12-31T23:59:59.999999Z', 253_402_300_799_999_999n],
];
for (const [text, expected] of good) {
  test(`reads ${text} to the microsecond`, () => assert.deepEqual(parseTime(text), { micros: expected }));
}

const bad: readonly (readonly [string, RegExp])[] = [
  ['2022-06-05T21:02:34.546', /no offset/],
  ['2022-06-05 21:02:34', /no offset/],
  ['2022-02-30T00:00:00Z', /no day of the calendar/],
  ['2023-02-29T00:00:00Z', /no day of the calendar/],
  ['2022-13-01T00:00:00Z', /no day of the calendar/],
  ['2022-00-10T00:00:00Z', /no day of the calendar/],
  ['2022-01-00T00:00:00Z', /no day of the calendar/],
  ['0000-01-01T00:00:00Z', /no day of the calendar/],
  ['2022-06-05T24:00:00Z', /no time of day/],
  ['2022-06-05T21:60:00Z', /no time of day/],
  ['2016-12-31T23:59:60Z', /no time of day/],
  ['2022-06-05T21:02:34+24:00', /impossible offset/],
  ['2022-06-05T21:02:34+00:60', /impossible offset/],
  ['2022-06-31T21:02:34.546Z', /no day of the calendar/],
  ['1900-02-29T21:02:34.546Z', /no day of the calendar/],
  ['2022-06-05T24:02:34.546Z', /no time of day/],
  ['2022-06-05T21:02:60.546Z', /no time of day/],
  ['2022-06-05T21:02:34.54xZ', /not an ISO-8601 time/],
  ['2022-06-05', /not an ISO-8601 time/],
  ['1654462954', /not an ISO-8601 time/],
  ['05/06/2022 21:02Z', /not an ISO-8601 time/],
  ['2022-06-05T21:02:34.Z', /not an ISO-8601 time/],
  ['2022-06-05T21:02:34Z\n', /not an ISO-8601 time/],
  [' 2022-06-05T21:02:34Z', /not an ISO-8601 time/],
  ['２０２２-06-05T21:02:34Z', /not an ISO-8601 time/],
  ['', /not an ISO-8601 time/],
];
for (const [text, fault] of bad) {
  test(`refuses ${JSON.stringify(text)} and says why`, () => {
    const parsed = parseTime(text);
    assert.ok('fault' in parsed);
    assert.match(parsed.fault, fault);
  });
}

test('knows every day of the calendar, as Date does', () => {
  for (const from of [Date.UTC(1583, 0, 1), Date.UTC(1896, 0, 1), Date.UTC(1999, 0, 1), Date.UTC(9989, 0, 1)]) {
    for (let day = 0; day < 3_660; day += 1) {
      const text = new Date(from + day * 86_400_000 + 12_345_678).toISOString();
      const expected = { micros: micros(text) };
      assert.deepEqual(parseTime(text), expected);
      assert.deepEqual(parseTime(text.replace('Z', '+00')), expected);
    }
  }
});
