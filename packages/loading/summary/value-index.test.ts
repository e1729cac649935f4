import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldBatch } from '#parquet/field-batch.js';
import { ColumnValues, ValueSet } from './column-values.js';
import { ValueIndex } from './value-index.js';

/** A dictionary of these texts as fields of COPY, and rows with some of its entries; the one after the last is no value. */
function batchOf(texts: readonly string[], picks: readonly number[]): FieldBatch {
  const parts = texts.map((text) => Buffer.from(text));
  const bytes = new DataView(new ArrayBuffer(parts.reduce((sum, part) => sum + part.length + 4, 0)));
  const starts = new Uint32Array(texts.length + 1);
  const ends = new Uint32Array(texts.length + 1);
  let at = 0;
  for (const [entry, part] of parts.entries()) {
    starts[entry] = at;
    bytes.setInt32(at, part.length);
    new Uint8Array(bytes.buffer).set(part, at + 4);
    at += part.length + 4;
    ends[entry] = at;
  }
  const ascii = texts.every((text) => Buffer.byteLength(text) === text.length);
  return { bytes, starts, ends, picks: Uint32Array.from(picks), longest: 0, width: 0, ascii, dictionary: {} };
}

function numbersOf(index: ValueIndex, texts: readonly string[]): number[] {
  const numbers: number[] = [];
  for (let from = 0; from < texts.length; from += 4096) {
    const some = texts.slice(from, from + 4096);
    const found = new Int32Array(some.length);
    index.find(batchOf(some, []), Uint32Array.from(some.keys()), some.length, found);
    numbers.push(...found);
  }
  return numbers;
}

test('entries that no row has are not counted, nor rows without a value', () => {
  const index = new ValueIndex();
  const set = new ValueSet(index);
  const batch = batchOf(['used', 'unused', 'used, too'], [2, 3, 0, 0]);
  new ColumnValues(index).add(batch, 0, 4, set);
  const pending = [...set.pending];
  assert.deepEqual(
    pending.map((number) => index.textOf(number)),
    ['used, too', 'used'],
  );
  for (const number of pending) index.ids[number] = 4100 + number * 8;
  set.settle();
  assert.deepEqual([...set.pending], []);
  assert.equal(set.chunks[0], undefined);
  assert.deepEqual([...(set.chunks[1]?.subarray(0, 3) ?? [])], [8, 8, 0]);
});

test('texts of all lengths and alphabets keep their numbers, whatever they have in common', () => {
  const index = new ValueIndex();
  const texts = [
    '',
    ...Array.from({ length: 80 }, (_, n) => 'a'.repeat(n + 1)),
    ...Array.from({ length: 80 }, (_, n) => `${'a'.repeat(n)}b`),
    ...Array.from({ length: 40 }, (_, n) => `${'č'.repeat(n + 1)}`),
    // What differs lies in the middle of these.
    ...Array.from(
      { length: 9000 },
      (_, n) => `same beginning ${String(n).padStart(5, '0')} and in the middle the same, up to the end`,
    ),
    ...Array.from({ length: 9000 }, (_, n) => `${n}`),
  ];
  const numbers = numbersOf(index, texts);
  assert.deepEqual(numbers, [...texts.keys()]);
  const shuffled = texts.map((_, n) => texts[(n * 7919) % texts.length] ?? '');
  assert.deepEqual(
    numbersOf(index, shuffled).map((number) => texts[number]),
    shuffled,
  );
  assert.equal(index.textOf(90), texts[90]);
  assert.equal(index.isFull, false);
});

test('an index with too many values says so', () => {
  const index = new ValueIndex();
  numbersOf(
    index,
    Array.from({ length: 200_001 }, (_, n) => `${n}`),
  );
  assert.equal(index.isFull, true);
});
