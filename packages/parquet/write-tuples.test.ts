import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { parseCopyData } from '../../test/helpers/parse-copy-data.js';
import { newFieldBatch } from './field-batch.js';
import { findValues, makeTextFields } from './stored-values.js';
import { writeTuples } from './write-tuples.js';

test('ASCII of every length and byte is written as it is', () => {
  const texts = Array.from({ length: 300 }, (_, length) =>
    Buffer.alloc(length, length % 2 ? 0x7f : (length % 126) + 1),
  );
  const page = Buffer.concat(texts.flatMap((text) => [Buffer.from(Uint32Array.of(text.length).buffer), text]));
  const batch = newFieldBatch(texts.length);
  batch.starts = new Uint32Array(texts.length);
  batch.ends = new Uint32Array(texts.length);
  batch.picks = Uint32Array.from(texts, (_, i) => i);
  const end = findValues(page, 0, texts.length, undefined, batch.starts, batch.ends);
  batch.longest = makeTextFields(page, 0, end, texts.length, 300, batch.starts, batch.ends);
  assert.equal(batch.longest, 303);
  batch.ascii = true;
  batch.bytes = new DataView(page.buffer, page.byteOffset, page.length);
  const copy = new CopyBinaryWriter();
  // Often enough for the optimising compiler.
  const rowsOnce = { firstRow: 0, count: texts.length, fields: [batch] };
  for (let round = 0; round < 100; round++) assert.equal(writeTuples(copy, rowsOnce, 0, 1n), texts.length);
  const rows = parseCopyData(Buffer.concat(copy.takeAll()));
  for (const [at, [field]] of rows.entries()) assert.deepEqual(field, texts[at % texts.length]);
  assert.equal(rows.length, 100 * texts.length);
});
