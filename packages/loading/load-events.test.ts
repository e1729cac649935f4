import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { orReject, readCount, readObject } from '#events/fields.js';
import type { CopyLoad } from './copy-loader.js';
import { type EventTable, writeEventRows } from './load-events.js';

/** Events `{"n": count}` that give as many rows as `count` says. */
const table: EventTable<number> = {
  shape: { wrapperKey: 'counts', eventKeys: ['n'] },
  table: 'counts',
  columns: ['file_id', 'ordinal', 'n'],
  parse: (value) =>
    orReject(() => {
      const n = readCount(readObject(value, 'the event'), 'n');
      return { rows: Array<number>(n).fill(n) };
    }),
  write(copy, row, fileId, ordinal) {
    copy.row(3);
    copy.int8(fileId);
    copy.int4(ordinal);
    copy.int4(row);
  },
};

async function load(text: string): Promise<CopyLoad & { tuples: number[][] }> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-load-events-'));
  await writeFile(join(dir, 'file'), text);
  const handle = await open(join(dir, 'file'));
  try {
    const copy = new CopyBinaryWriter();
    const file = { id: 7n, content: handle, size: Buffer.byteLength(text) };
    const rows = writeEventRows(copy, file, table, new AbortController().signal);
    for (;;) {
      const step = await rows.next();
      if (step.done === true) return { ...step.value, tuples: tuplesOf(Buffer.concat(copy.takeAll())) };
    }
  } finally {
    await handle.close();
    await rm(dir, { recursive: true });
  }
}

const tupleBytes = 2 + 12 + 8 + 8;

/** File id, ordinal and n of each tuple. */
function tuplesOf(data: Buffer): number[][] {
  return Array.from({ length: data.length / tupleBytes }, (_, n) => {
    const at = n * tupleBytes;
    return [Number(data.readBigInt64BE(at + 6)), data.readInt32BE(at + 18), data.readInt32BE(at + 26)];
  });
}

test('writes the rows of all events, numbered through the file', async () => {
  const { rows, rejects, tuples } = await load('[{"n":2},{"n":0},{"n":1}]');
  assert.deepEqual([rows, rejects], [3, { count: 0, kept: [] }]);
  assert.deepEqual(tuples, [
    [7, 0, 2],
    [7, 1, 2],
    [7, 2, 1],
  ]);
});

test('rejects bad events with their number, position and text as it stands in the file', async () => {
  const { rows, rejects } = await load('{"counts": [ {"n":1},\n{ "n" : -1 }, "é", {"n":1} ]}');
  assert.equal(rows, 2);
  assert.deepEqual(rejects, {
    count: 2,
    kept: [
      { ordinal: 1, offset: 22, reason: 'n is -1: expected an integer from 0 to 2147483647', content: '{ "n" : -1 }' },
      { ordinal: 2, offset: 36, reason: 'the event is "é": expected an object', content: '"é"' },
    ],
  });
});

test('rejects a line that is no JSON, and loads the others', async () => {
  const { rows, rejects } = await load('{"n":1}\n{"n":2,"cut\n{"n":3}\n');
  assert.equal(rows, 4);
  const [reject] = rejects?.kept ?? [];
  assert.deepEqual([reject?.ordinal, reject?.offset, reject?.content], [1, 8, '{"n":2,"cut']);
  assert.match(reject?.reason ?? '', /^not valid JSON at byte 19, line 2: a string with a line break/);
});

test('counts all rejects and keeps the first thousand', async () => {
  const { rejects } = await load(`{"n":1}\n${'{"n":-1}\n'.repeat(1_500)}`);
  assert.deepEqual([rejects?.count, rejects?.kept.length, rejects?.kept.at(-1)?.ordinal], [1_500, 1_000, 1_000]);
});

test('refuses a file without a good event, with the reason of the first', async () => {
  const isBad = (error: unknown): boolean =>
    error instanceof BadInputError &&
    error.code === 'no-good-event' &&
    /not one of its 2 events.*event 0: n is missing/.test(error.message);
  await assert.rejects(load('[{},{"n":-1}]'), isBad);
});

test('loads a file whose array of events is empty as no rows', async () => {
  assert.deepEqual(await load('[]'), { rows: 0, rejects: { count: 0, kept: [] }, tuples: [] });
});
