import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IncompleteError, ThriftReader } from './thrift-reader.js';

/** Bytes of the structure at a position; `undefined` when the bytes end before it does. */
function thriftStructLength(bytes: Uint8Array, start = 0): number | undefined {
  const thrift = new ThriftReader(bytes, start);
  try {
    thrift.struct((_id, kind) => thrift.skip(kind));
    return thrift.at - start;
  } catch (error) {
    if (error instanceof IncompleteError) return undefined;
    throw error;
  }
}

/** Field 1 as i32 5, field 2 as a list of two i64, field 3 as a struct with a double, field 4 as 3 bytes, stop. */
const sound = [0x15, 10, 0x19, 0x26, 2, 0x80, 1, 0x1c, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x18, 3, 1, 2, 3, 0];

test('the length of a structure is found, whatever follows it', () => {
  assert.equal(thriftStructLength(Uint8Array.from([...sound, 9, 9])), sound.length);
  assert.equal(thriftStructLength(Uint8Array.from([7, ...sound]), 1), sound.length);
});

test('a structure that is cut anywhere is incomplete', () => {
  for (let end = 0; end < sound.length; end++) {
    assert.equal(thriftStructLength(Uint8Array.from(sound.slice(0, end))), undefined, `cut at ${end}`);
  }
});

test('bytes that no file could follow up are refused', () => {
  assert.throws(() => thriftStructLength(new Uint8Array(1000).fill(0x1c)), /nests more than/);
  assert.throws(() => thriftStructLength(new Uint8Array(1000).fill(0x99)), /nests more than/);
  assert.throws(
    () => thriftStructLength(Uint8Array.from([0x16, ...new Array<number>(20).fill(0xff)])),
    /integer of more/,
  );
  assert.throws(() => thriftStructLength(Uint8Array.from([0x1d, 0])), /unknown type 13/);
});

test('a list is no longer than the bytes there are, so nothing is allocated by its claim', () => {
  assert.equal(thriftStructLength(Uint8Array.from([0x19, 0xf5, 0xff, 0xff, 0xff, 0x07, 1, 1])), undefined);
  assert.throws(
    () => thriftStructLength(Uint8Array.from([0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x7f])),
    /claims a length/,
  );
});

test('lists of more elements than a sound footer has are refused before they are read', () => {
  // Field 1: a list of 2,000,000 empty structures, which take a byte each.
  const head = [0x19, 0xfc, 0x80, 0x89, 0x7a];
  const bytes = new Uint8Array(head.length + 2_000_001);
  bytes.set(head);
  let read = 0;
  const thrift = new ThriftReader(bytes);
  const walk = (): void =>
    thrift.struct((_id, kind) => {
      thrift.list(kind, (element) => {
        read += 1;
        thrift.skip(element);
      });
    });
  assert.throws(walk, /lists of more than 1500000 elements in all/);
  assert.equal(read, 0);
});
