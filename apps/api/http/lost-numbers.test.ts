import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLostNumber } from './lost-numbers.js';

const kept = [
  ...['0', '-0', '0.0', '0e5', '1', '-9007199254740991', '9007199254740992', '9007199254740991.0'],
  // As programs write doubles.
  ...['100000000000000000000', '1e21', '1e308', '1.7976931348623158e308', '5e-324', '1.2345678901234567e+25'],
  ...['0.1', '0.10000000000000001', '3.14159265358979323846', '1234567890.123456789', `0.${'1'.repeat(400)}`],
  ...['12345678901234568', `9007199254740992.${'0'.repeat(400)}`],
];
const lost: [string, number][] = [
  ['9007199254740993', 9007199254740992],
  ['-9007199254740993', -9007199254740992],
  ['9007199254740993.0', 9007199254740992],
  ['12345678901234567890', 12345678901234567000],
  ['99999999999999999999', 1e20],
  ['1e309', Number.POSITIVE_INFINITY],
  ['-1E+400', Number.NEGATIVE_INFINITY],
  ['9'.repeat(400), Number.POSITIVE_INFINITY],
  ['1e-400', 0],
  [`0.${'0'.repeat(400)}1`, 0],
];

test('numbers that come back as they were written are kept', () => {
  for (const text of kept) assert.equal(findLostNumber(text), undefined, text);
});

test('a number that is read as another one is found, with where it is', () => {
  for (const [text, value] of lost) {
    for (const [before, after, path] of [
      ['', '', ''],
      ['[1, ', ']', '/1'],
      ['{"a": [], "b": {"c/d~": [{"e": 1}, [2, "9007199254740993"], {"\\u0022": ', '}]}}', '/b/c~1d~0/2/"'],
      ['{"{[,:": "\\\\\\"", "x" : 1.5 , "y":\t', '\n}', '/y'],
    ]) {
      const json = `${before}${text}${after}`;
      JSON.parse(json);
      assert.deepEqual(findLostNumber(json), { text, value, path }, json);
    }
  }
});

test('what stands in texts is no number', () => {
  assert.equal(findLostNumber('{"9007199254740993": "1e999 \\" 9007199254740993", "x": "\\\\"}'), undefined);
});
