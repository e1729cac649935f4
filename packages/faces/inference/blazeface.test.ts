import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLAZEFACE_ANCHORS } from '../model/blazeface-shape.js';
import { blazefaceAnchors, decodeBlazeface } from './blazeface.js';
import { tileStarts } from './blazeface-finder.js';

test('anchors lie in the middle of their cells, two per fine and six per coarse one', () => {
  const anchors = blazefaceAnchors();
  assert.equal(anchors.length, 2 * BLAZEFACE_ANCHORS);
  assert.deepEqual([...anchors.subarray(0, 6)], [8, 8, 8, 8, 24, 8]);
  assert.deepEqual([...anchors.subarray(2 * 512, 2 * 512 + 2)], [16, 16]);
  assert.deepEqual([...anchors.subarray(-2)], [240, 240]);
});

test('an anchor is decoded to a box around its centre plus the offset', () => {
  const logits = new Float32Array(BLAZEFACE_ANCHORS).fill(-200);
  const boxes = new Float32Array(BLAZEFACE_ANCHORS * 16);
  logits[2] = Math.log(9);
  boxes.set([4, -2, 30, 20], 2 * 16);
  const [face, ...others] = decodeBlazeface(logits, boxes, blazefaceAnchors(), 0.7);
  assert.equal(others.length, 0);
  assert.ok(face && Math.abs(face.score - 0.9) < 1e-6);
  assert.deepEqual([face.x, face.y, face.width, face.height], [24 + 4 - 15, 8 - 2 - 10, 30, 20]);
});

test('tiles cover every length from edge to edge, with enough overlap', () => {
  for (let length = 1; length <= 700; length += 1) {
    const starts = tileStarts(length);
    assert.equal(starts[0], 0);
    assert.ok((starts.at(-1) ?? 0) + 256 >= length);
    assert.equal(starts.at(-1), Math.max(0, length - 256));
    for (const [index, start] of starts.entries()) {
      const next = starts[index + 1];
      if (next !== undefined) assert.ok(start + 256 - next >= 127, `${length}: ${starts.join(' ')}`);
    }
  }
});
