import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredForm } from './columns.js';
import { FieldBuffer } from './field-buffer.js';
import { timestampEncoder } from './time-fields.js';

/** Microseconds since 1970 that come out of one stored value. */
function microsOf(form: StoredForm, stored: Uint8Array): bigint {
  const into = new FieldBuffer(4);
  timestampEncoder('create_at', form)(stored, 0, stored.length, 0, into);
  assert.equal(into.used, 12);
  return into.view.getBigInt64(4) + 946_684_800_000_000n;
}

test('INT96 is nanoseconds of a Julian day', () => {
  const stored = Buffer.alloc(12);
  stored.writeBigInt64LE(3_600_000_001_999n, 0);
  stored.writeUInt32LE(2_440_588 + 19_358, 8);
  assert.equal(microsOf('INT96', stored), BigInt(Date.UTC(2023, 0, 1, 1)) * 1000n + 1n);
});

test('a millisecond beyond all years is refused, not wrapped', () => {
  const stored = Buffer.alloc(8);
  stored.writeBigInt64LE(2n ** 63n - 1n);
  assert.throws(() => microsOf('MILLIS', stored), {
    code: 'bad-value',
    message: /create_at in row 0 .*years 1 to 9999/,
  });
});
