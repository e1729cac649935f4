import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { parseCopyData } from '../../../test/helpers/parse-copy-data.js';
import { CopyBinaryWriter } from './binary.js';

/** The fields of one tuple that `write` makes. */
function fieldsOf(count: number, write: (writer: CopyBinaryWriter) => void): (string | null)[] {
  const writer = new CopyBinaryWriter();
  writer.row(count);
  write(writer);
  const rows = parseCopyData(Buffer.concat(writer.takeAll()));
  assert.equal(rows.length, 1);
  return (rows[0] ?? []).map((field) => field?.toString('hex') ?? null);
}

function refuses(code: string, pattern: RegExp, write: (writer: CopyBinaryWriter) => void): void {
  assert.throws(
    () => write(new CopyBinaryWriter()),
    (error) => error instanceof BadInputError && error.code === code && pattern.test(error.message),
  );
}

test('what was written since a mark can be forgotten, or what was written before it taken', () => {
  for (let before = 0; before < 12; before++) {
    for (let after = 0; after < 12; after++) {
      const writer = new CopyBinaryWriter(64);
      const write = (n: number): void => {
        writer.row(2);
        writer.int4(n);
        writer.text('x'.repeat(n));
      };
      for (let n = 0; n < before; n++) write(n);
      const mark = writer.mark();
      for (let n = 0; n < after; n++) write(100 + n);
      assert.equal(
        writer.bytesSince(mark),
        Array.from({ length: after }, (_, n) => 14 + 100 + n).reduce((sum, bytes) => sum + bytes, 0),
      );
      const numbers = (chunks: readonly Buffer[]): (number | undefined)[] =>
        parseCopyData(Buffer.concat(chunks)).map((row) => row[0]?.readInt32BE());
      const wanted = Array.from({ length: before }, (_, n) => n);
      if (after % 2 === 0) {
        writer.rewind(mark);
        write(500);
        assert.deepEqual(numbers(writer.takeAll()), [...wanted, 500]);
      } else {
        assert.deepEqual(numbers(writer.takeBefore(mark)), wanted);
        write(500);
        assert.deepEqual(numbers(writer.takeAll()), [...Array.from({ length: after }, (_, n) => 100 + n), 500]);
      }
      assert.deepEqual(writer.takeAll(), []);
    }
  }
});

test('each type has the bytes of its send function', () => {
  const fields = fieldsOf(9, (writer) => {
    writer.text('aé😀');
    writer.int4(-2);
    writer.int8(-2);
    writer.int8(-(2n ** 63n));
    writer.int8(Number.MAX_SAFE_INTEGER);
    writer.float8(-1.5);
    writer.bool(true);
    writer.null();
    writer.text('');
  });
  assert.deepEqual(fields, [
    '61c3a9f09f9880',
    'fffffffe',
    'fffffffffffffffe',
    '8000000000000000',
    '001fffffffffffff',
    'bff8000000000000',
    '01',
    null,
    '',
  ]);
});

test('times count from 2000-01-01, alike from numbers and bigints, before and after', () => {
  const before = Date.UTC(1969, 11, 31, 23, 59, 59, 999);
  const fields = fieldsOf(7, (writer) => {
    writer.timestamp(946_684_800_000_001n);
    writer.timestamp(946_684_800_000_001);
    writer.timestamp(before * 1000);
    writer.timestamp(BigInt(before) * 1000n);
    writer.timestamp(BigInt(Date.UTC(9999, 0, 1)) * 1000n);
    writer.date(10_956);
    writer.timestamp(946_684_799_999_999n);
  });
  assert.deepEqual(fields.slice(0, 2), ['0000000000000001', '0000000000000001']);
  assert.equal(fields[2], fields[3]);
  assert.equal(BigInt(`0x${fields[4]}`), BigInt(Date.UTC(9999, 0, 1) - Date.UTC(2000, 0, 1)) * 1000n);
  assert.deepEqual(fields.slice(5), ['ffffffff', 'ffffffffffffffff']);
});

test('tuples survive every position of a chunk border, and taken chunks are not written to again', () => {
  for (let chunkBytes = 4; chunkBytes < 90; chunkBytes++) {
    const writer = new CopyBinaryWriter(chunkBytes);
    const taken: Buffer[] = [];
    const copies: Buffer[] = [];
    for (let i = 0; i < 20; i++) {
      writer.row(3);
      writer.int4(i);
      writer.text('x'.repeat(i * 3));
      writer.int8(i);
      for (const chunk of writer.takeFilled()) {
        taken.push(chunk);
        copies.push(Buffer.from(chunk));
      }
    }
    taken.push(...writer.takeAll());
    assert.deepEqual(taken.slice(0, copies.length), copies);
    const rows = parseCopyData(Buffer.concat(taken));
    assert.equal(rows.length, 20);
    for (const [i, row] of rows.entries()) {
      assert.equal(row[0]?.readInt32BE(), i);
      assert.equal(row[1]?.toString(), 'x'.repeat(i * 3));
      assert.equal(row[2]?.readBigInt64BE(), BigInt(i));
    }
  }
});

test('text that PostgreSQL cannot hold is refused by name', () => {
  refuses('bad-text', /vehicle_id in event 3 contains the character U\+0000 at position 1/, (writer) => {
    writer.text('a\0b', 'vehicle_id in event 3');
  });
  refuses('bad-text', /lone surrogate U\+D83D.* at position 1/, (writer) => writer.text('a\ud83d'));
  refuses('bad-text', /lone surrogate U\+DE00/, (writer) => writer.text('é\ude00x'));
});

test('values outside their type are refused', () => {
  refuses('out-of-range', /int4.*got 2147483648/, (writer) => writer.int4(2 ** 31));
  refuses('out-of-range', /int4.*got 1\.5/, (writer) => writer.int4(1.5));
  refuses('out-of-range', /int4.*got NaN/, (writer) => writer.int4(Number.NaN));
  refuses('out-of-range', /int8.*bigint/, (writer) => writer.int8(2 ** 53));
  refuses('out-of-range', /int8/, (writer) => writer.int8(2n ** 63n));
  refuses('out-of-range', /timestamp/, (writer) => writer.timestamp(2n ** 63n - 1n + 946_684_800_000_000n));
  refuses('out-of-range', /timestamp/, (writer) => writer.timestamp(-(2n ** 62n)));
  refuses('out-of-range', /timestamp/, (writer) => writer.timestamp(0.5));
  refuses('out-of-range', /date/, (writer) => writer.date(2 ** 31));
});
