import assert from 'node:assert/strict';
import { test } from 'node:test';
import { watchStandstill } from './standstill.js';

test('a thing stands still from its first look or its last change on, and anew after a long pause of the observer', () => {
  let now = 1_000;
  const standstill = watchStandstill(10, () => now);
  const at = (time: number, mark: string): number => {
    now = time;
    return standstill.observe('a', mark);
  };
  assert.deepEqual([at(1_000, '1'), at(1_008, '1'), at(1_016, '1')], [0, 8, 16]);
  assert.deepEqual([at(1_020, '2'), at(1_025, '2')], [0, 5]);
  assert.deepEqual([at(1_036, '2'), at(1_040, '2')], [0, 4]);
});

test('what was not observed between two sweeps is forgotten', () => {
  let now = 0;
  const standstill = watchStandstill(100, () => now);
  standstill.observe('kept', 'x');
  standstill.observe('forgotten', 'x');
  standstill.sweep();
  now = 5;
  assert.equal(standstill.observe('kept', 'x'), 5);
  standstill.sweep();
  now = 9;
  assert.deepEqual([standstill.observe('kept', 'x'), standstill.observe('forgotten', 'x')], [9, 0]);
});
