import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { CompressionCodec } from 'hyparquet';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { bombCodecs, zeroFile, zstdZeros } from './bomb.fixture.js';
import { compressions } from './compress.fixture.js';
import { openParquet, type ParquetFile } from './open-parquet.js';
import { columnsFile, pageFile, plainTexts, type RawPage } from './page-file.fixture.js';
import { PageMemory } from './page-memory.js';
import { fieldsOf, pageMemory, sampleRows, withFile, withParquet, withSample } from './sample-file.fixture.js';

const required = { name: 'a', type: 'BYTE_ARRAY', repetition_type: 'REQUIRED' } as const;
const textColumn: { columns: ColumnDefinition[] } = { columns: [{ name: 'a', type: 'text' }] };

/** Writes all rows of a file and throws them away. */
async function drain(file: ParquetFile): Promise<number> {
  const copy = new CopyBinaryWriter();
  const rows = file.writeRows(copy, 1n);
  for (;;) {
    const step = await rows.next();
    copy.takeAll();
    if (step.done === true) return step.value.rows;
  }
}

async function refused(bytes: Uint8Array, code: string, message: RegExp, rows = sampleRows): Promise<void> {
  await assert.rejects(withParquet(bytes, rows, drain), (error) => {
    assert.ok(error instanceof BadInputError, `expected a BadInputError, got ${String(error)}`);
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return true;
  });
  assert.ok(pageMemory.idle, 'the memory for pages is whole again');
}

for (const codec of bombCodecs) {
  test(`pages of 240 MB in ${codec} are refused by their headers, with what to do`, async () => {
    const bytes = zeroFile({ codec, rows: 60_000, textBytes: 240_000_000 });
    const reason = /a page of 240000000 bytes in column department_name .*PAGE_MEMORY_MB.*smaller row groups/;
    await refused(bytes, 'page-too-large', reason);
  });

  test(`the event loop turns while a large page in ${codec} is decompressed`, async () => {
    // All pages are opened before the first rows come, and each of them is larger than what is decompressed at once.
    const bytes = zeroFile({ codec, rows: 600_000 });
    let turns = 0;
    await withSample(bytes, async (file) => {
      const rows = file.writeRows(new CopyBinaryWriter(), 1n);
      const first = rows.next().then(() => true);
      while (!(await Promise.race([first, turn(false)]))) turns += 1;
      await rows.return({ rows: 0 });
    });
    assert.ok(turns > 20, `it turned ${turns} times`);
    assert.ok(pageMemory.idle);
  });
}

test('pages that are small one by one are refused where they are too large together', async () => {
  // Each of 200 columns has a page of 1 MiB, of which text may take twice as much.
  const names = Array.from({ length: 200 }, (_, i) => `c${i}`);
  const page: RawPage = { kind: 'v1', count: 1000, encoding: 'PLAIN', values: new Uint8Array(2 ** 20) };
  const compressed = gzipSync(page.values);
  const columns = names.map((name) => ({ element: { ...required, name }, pages: [page] }));
  const bytes = columnsFile(columns, 1000, 'GZIP', () => compressed);
  const declared = { columns: names.map((name): ColumnDefinition => ({ name, type: 'text' })) };
  await refused(
    bytes,
    'page-too-large',
    /a page of 1048576 bytes in column c\d+ .* open pages of the file take/,
    declared,
  );
});

test('a dictionary counts with what its entries take, for as long as its row group lasts', async () => {
  const memory = new PageMemory(64 * 2 ** 20);
  const entries = 2 ** 20;
  const pages: RawPage[] = [
    { kind: 'dictionary', count: entries, encoding: 'PLAIN', values: new Uint8Array(4 * entries) },
    { kind: 'v1', count: 1, encoding: 'RLE_DICTIONARY', values: Uint8Array.of(1, 2, 0) },
  ];
  const bytes = pageFile(required, 1, pages, 'GZIP', (page) => gzipSync(page));
  await withFile(bytes, async (handle) => {
    const file = await openParquet(handle, bytes.length, textColumn, { memory });
    await assert.rejects(drain(file), { code: 'page-too-large' });
  });
  assert.ok(memory.idle);
  assert.equal(await withParquet(bytes, textColumn, drain), 1, 'more memory is enough for it');
});

const texts = plainTexts(...Array.from({ length: 40 }, (_, i) => `text number ${i}`));
for (const [name, compress] of Object.entries(compressions)) {
  for (const kind of ['v1', 'v2'] as const) {
    for (const more of [-400, -1, 1, 400, 70_000]) {
      test(`a ${kind} page in ${name} that claims ${more} bytes more than it has is refused`, async () => {
        assert.ok(isCodec(name));
        const claimed = texts.length + more;
        const page: RawPage = { kind, count: 40, encoding: 'PLAIN', values: texts, claimed };
        await refused(pageFile(required, 40, [page], name, compress), 'corrupt', /column a is damaged/, textColumn);
      });
    }
  }
}
const isCodec = (name: string): name is CompressionCodec & keyof typeof compressions =>
  Object.hasOwn(compressions, name);

test('blocks that claim to repeat for ever are refused where their page ends', async () => {
  // One literal, then a match whose length goes on for a mebibyte of 255s.
  const endless = Buffer.concat([Uint8Array.of(0x1f, 0, 1, 0), Buffer.alloc(2 ** 20, 255), Uint8Array.of(0)]);
  const page: RawPage = { kind: 'v1', count: 1, encoding: 'PLAIN', values: new Uint8Array(4) };
  await refused(
    pageFile(required, 1, [page], 'LZ4_RAW', () => endless),
    'corrupt',
    /exceeds the 4 bytes/,
    textColumn,
  );
  const zstd = zstdZeros(2 ** 27);
  await refused(
    pageFile(required, 1, [page], 'ZSTD', () => zstd),
    'corrupt',
    /column a is damaged/,
    textColumn,
  );
});

test('a page of zstd may have several frames', async () => {
  const compress = compressions.ZSTD;
  assert.ok(compress);
  const page: RawPage = { kind: 'v1', count: 2, encoding: 'PLAIN', values: plainTexts('one', 'two') };
  const frames = (bytes: Uint8Array) => Buffer.concat([compress(bytes.subarray(0, 5)), compress(bytes.subarray(5))]);
  const rows = await withParquet(pageFile(required, 2, [page], 'ZSTD', frames), textColumn, (file) => fieldsOf(file));
  assert.deepEqual(
    rows.map(([field]) => field?.toString()),
    ['one', 'two'],
  );
});

test('a run that is cancelled while a large page is decompressed ends with its reason and gives the memory back', async () => {
  const bytes = zeroFile({ codec: 'ZSTD', rows: 2_000_000 });
  const stop = new AbortController();
  await withFile(bytes, async (handle) => {
    const file = await openParquet(handle, bytes.length, sampleRows, { memory: pageMemory, signal: stop.signal });
    const reading = drain(file);
    setImmediate(() => stop.abort(new Error('the run is cancelled')));
    await assert.rejects(reading, /the run is cancelled/);
  });
  assert.ok(pageMemory.idle);
});

test('more files than may be read at a time, all with large pages, are read to their ends', async () => {
  const memory = new PageMemory(96 * 2 ** 20);
  const files = bombCodecs.map((codec) => zeroFile({ codec, rows: 700_000 }));
  const rows = await Promise.all(
    files.map((bytes) =>
      withFile(bytes, async (handle) => await drain(await openParquet(handle, bytes.length, sampleRows, { memory }))),
    ),
  );
  assert.deepEqual(rows, new Array(bombCodecs.length).fill(700_000));
  assert.ok(memory.idle);
});

test('a large entry that many rows have is written in portions', async () => {
  const long = 'x'.repeat(2 ** 20);
  const pages: RawPage[] = [
    { kind: 'dictionary', count: 1, encoding: 'PLAIN', values: plainTexts(long) },
    { kind: 'v1', count: 300, encoding: 'RLE_DICTIONARY', values: Uint8Array.of(1, 0xd8, 0x04, 0) },
  ];
  const most = await withParquet(pageFile(required, 300, pages), textColumn, async (file) => {
    const copy = new CopyBinaryWriter();
    let most = 0;
    for await (const _ of file.writeRows(copy, 1n)) {
      most = Math.max(
        most,
        copy.takeAll().reduce((sum, { length }) => sum + length, 0),
      );
    }
    return most;
  });
  assert.ok(most > long.length && most < 8 * long.length, `${most} bytes at a time`);
});

test('a row that is too large to be held is refused with its number', async () => {
  const pages: RawPage[] = [
    { kind: 'v1', count: 2, encoding: 'PLAIN', values: plainTexts('a', 'x'.repeat(33 * 2 ** 20)) },
  ];
  await refused(
    pageFile(required, 2, pages),
    'row-too-large',
    /^row 1 .* takes 34603\d+ bytes, .* 33554432/,
    textColumn,
  );
});
