import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Violation } from '#contracts/violation-list.js';
import { readConditions } from './conditions.js';

const read = (text: string, limits?: { least: number; most: number }) => {
  const faults: Violation[] = [];
  return { conditions: readConditions(text, 'metrics', faults, limits), faults: faults.map(({ message }) => message) };
};

test('conditions are a name, a comparison and a number', () => {
  assert.deepEqual(read('speed>50, acceleration <= -2.5,street sign=1e1,a>=.5,b<+3.'), {
    conditions: [
      { name: 'speed', comparison: '>', bound: 50 },
      { name: 'acceleration', comparison: '<=', bound: -2.5 },
      { name: 'street sign', comparison: '=', bound: 10 },
      { name: 'a', comparison: '>=', bound: 0.5 },
      { name: 'b', comparison: '<', bound: 3 },
    ],
    faults: [],
  });
});

for (const [text, fault] of [
  ['speed', /^must be conditions of a name, one of >= <= > < =, and a number.*; got "speed"$/],
  ['', /must be conditions/],
  ['speed>5,', /must be conditions.*got ""$/],
  ['speed!=5', /must compare with one of >= <= > < =, not !=; got "speed!=5"/],
  ['speed=>5', /not =>/],
  ['speed~5', /not ~/],
  ['>5', /must name what is compared/],
  ['speed>fast', /must compare with a number; got "speed>fast"/],
  ['speed>', /must compare with a number/],
  ['speed>1e999', /must compare with a number/],
  ['speed>1_0', /must compare with a number/],
  [Array.from({ length: 9 }, () => 'a>1').join(','), /must have at most 8 conditions; got 9/],
] as const) {
  test(`${JSON.stringify(text.slice(0, 20))} is refused`, () => {
    const { faults } = read(text);
    assert.equal(faults.length, 1);
    assert.match(String(faults[0]), fault);
  });
}

test('a certainty beyond 0 to 1 is refused', () => {
  const limits = { least: 0, most: 1 };
  assert.match(String(read('car>=1.2', limits).faults), /must compare with a number from 0 to 1; got "car>=1.2"/);
  assert.equal(read('car>=1,car<=0', limits).conditions.length, 2);
});
