import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchBoxes } from './match-boxes.js';

const box = (x: number, y: number, side = 10) => ({ x, y, width: side, height: side });

test('a box matches one other at most, the one it overlaps most', () => {
  const near = box(1, 0);
  const nearer = box(0.5, 0);
  const far = box(100, 0);
  const { matched, onlyA, onlyB } = matchBoxes([box(0, 0), far], [near, nearer]);
  assert.deepEqual([matched, onlyA, onlyB], [1, [far], [near]]);
  assert.deepEqual(matchBoxes([], [near]), { matched: 0, onlyA: [], onlyB: [near] });
});
