import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countAnchors } from '../model/blazeface-shape.js';
import { BLAZEFACE_LANDMARKS, decodeBlazeface } from './blazeface.js';

/** What the network says of an input where it sees nothing. */
function nothing(width: number, height: number) {
  const anchors = countAnchors(width, height);
  return { logits: new Float32Array(anchors).fill(-200), boxes: new Float32Array(anchors * 16) };
}

test('an anchor is decoded to a box and points around the centre of its cell', () => {
  const { logits, boxes } = nothing(256, 256);
  logits[2] = Math.log(9);
  boxes.set([4, -2, 30, 20, 1, 2, 3, 4], 2 * 16);
  const [face, ...others] = decodeBlazeface(logits, boxes, { width: 256, height: 256 }, 0.7);
  assert.equal(others.length, 0);
  assert.ok(face && Math.abs(face.score - 0.9) < 1e-6);
  // The third anchor belongs to the second cell, whose centre is (24, 8).
  assert.deepEqual([face.x, face.y, face.width, face.height], [24 + 4 - 15, 8 - 2 - 10, 30, 20]);
  assert.deepEqual(Object.keys(face.landmarks), BLAZEFACE_LANDMARKS);
  assert.deepEqual(
    [face.landmarks['rightEye'], face.landmarks['leftEye']],
    [
      [25, 10],
      [27, 12],
    ],
  );
  assert.deepEqual(decodeBlazeface(logits, boxes, { width: 256, height: 256 }, 0.91), []);
});

test('cells are counted row after row, the fine grid first, in an input that is wider than high', () => {
  const size = { width: 96, height: 64 };
  const { logits, boxes } = nothing(size.width, size.height);
  const centreOf = (anchor: number) => {
    logits.fill(-200);
    logits[anchor] = 5;
    const [face] = decodeBlazeface(logits, boxes, size, 0.5);
    return [face?.x, face?.y];
  };
  assert.equal(logits.length, 6 * 4 * 2 + 3 * 2 * 6);
  assert.deepEqual(centreOf(0), [8, 8]);
  assert.deepEqual(centreOf(11), [88, 8]);
  assert.deepEqual(centreOf(12), [8, 24]);
  assert.deepEqual(centreOf(47), [88, 56]);
  assert.deepEqual(centreOf(48), [16, 16]);
  assert.deepEqual(centreOf(48 + 35), [80, 48]);
});
