import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intField, messageField, stringField } from './protobuf.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test("fields are written as in the format's own examples", () => {
  assert.equal(hex(intField(1, 150)), '089601');
  assert.equal(hex(stringField(2, 'testing')), '120774657374696e67');
  assert.equal(hex(messageField(3, intField(1, 150))), '1a03089601');
});

test('negative numbers take ten bytes and large field numbers two', () => {
  assert.equal(hex(intField(1, -2)), '08feffffffffffffffff01');
  assert.equal(hex(intField(20, 0)), 'a00100');
});
