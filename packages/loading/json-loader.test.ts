import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { parseCopyData } from '../../test/helpers/parse-copy-data.js';
import type { CopyLoad } from './copy-loader.js';
import { jsonLoader } from './json-loader.js';

const weights: DatasetDefinition = {
  table: 'hive.weight',
  description: '',
  columns: [
    { name: 'hive', type: 'text', maxLength: 4, required: true, from: 'Hive' },
    { name: 'grams', type: 'integer' },
    { name: 'total', type: 'bigint' },
    { name: 'ratio', type: 'double precision' },
    { name: 'open', type: 'boolean' },
    { name: 'since', type: 'date' },
    { name: 'at', type: 'timestamptz', required: true },
    { name: 'local', type: 'timestamp' },
    { name: 'price', type: 'numeric', precision: 6, scale: 2 },
    { name: 'tag', type: 'uuid' },
    { name: 'opens', type: 'time' },
  ],
  partition: { column: 'at', every: 'day' },
  wrapperKey: 'weights',
  replace: 'file',
};

const full = {
  Hive: 'B7é',
  grams: -5,
  ratio: 0.5,
  open: false,
  since: '1999-12-31',
  at: '2000-01-01T01:00:00.000001+01:00',
  local: '2000-01-01T00:00:00.000002',
  price: -1.5,
  tag: '00010203-0405-0607-0809-0a0b0c0d0e0F',
  opens: '23:59:59.999999',
  extra: [1],
};
/** With an integer that a double cannot hold. */
const fullText = `${JSON.stringify(full).slice(0, -1)},"total":9223372036854775807}`;

/** Loads a file of this text; tuples without file id and ordinal, in hexadecimal. */
async function load(text: string): Promise<{ rows: (string | null)[][]; load: CopyLoad }> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-json-'));
  const path = join(folder, 'weights.json');
  await writeFile(path, text);
  const handle = await open(path);
  try {
    const size = Buffer.byteLength(text);
    const file = { id: 7n, path: 'weights.json', identity: '', absolutePath: path, content: handle, size };
    const source = await jsonLoader(weights).open(file, new AbortController().signal);
    const spans = await source.spans?.();
    const copy = new CopyBinaryWriter();
    const writing = source.writeRows(copy);
    let step = await writing.next();
    while (step.done !== true) step = await writing.next();
    assert.deepEqual(step.value.spans, spans);
    const rows = parseCopyData(Buffer.concat(copy.takeAll())).map((fields, ordinal) => {
      assert.equal(fields.at(-2)?.readBigInt64BE(), 7n);
      assert.equal(fields.at(-1)?.readInt32BE(), ordinal);
      return fields.slice(0, -2).map((field) => field?.toString('hex') ?? null);
    });
    return { rows, load: step.value };
  } finally {
    await handle.close();
    await rm(folder, { recursive: true });
  }
}

test('an event becomes a row, whatever surrounds it', async () => {
  const row = [
    '4237c3a9',
    'fffffffb',
    '7fffffffffffffff',
    '3fe0000000000000',
    '00',
    'ffffffff',
    '0000000000000001',
    '0000000000000002',
    '000200004000000200011388',
    '000102030405060708090a0b0c0d0e0f',
    '000000141dd75fff',
  ];
  for (const text of [fullText, `[${fullText}]`, `{"weights":[${fullText}]}`]) {
    const { rows, load: done } = await load(text);
    assert.deepEqual(rows, [row]);
    const at = 946_684_800_000_001n;
    assert.deepEqual(done.spans, [{ from: at, to: at }]);
  }
});

test('values may lack where they are not required, as null or left out', async () => {
  const { rows } = await load('{"Hive":"","at":"2000-01-01T00:00:00Z","grams":null}');
  assert.deepEqual(rows, [['', null, null, null, null, null, '0000000000000000', null, null, null, null]]);
});

const rejects: readonly (readonly [Record<string, unknown>, RegExp])[] = [
  [{ Hive: undefined }, /^Hive is missing: expected text; every row needs one$/],
  [{ at: null }, /^at is null: expected an ISO-8601 time like .*; every row needs one$/],
  [{ Hive: 'B7890' }, /^Hive is "B7890": expected at most 4 characters, it has 5$/],
  [{ Hive: 'a\0' }, /^Hive is .*: expected text without NUL/],
  [{ Hive: 7 }, /^Hive is 7: expected text$/],
  [{ grams: 2 ** 31 }, /^grams is 2147483648: expected an integer from -2147483648 to 2147483647$/],
  [{ grams: 1.5 }, /^grams is 1\.5: expected an integer/],
  [{ grams: '1' }, /^grams is "1": expected an integer .*, without quotes$/],
  [{ total: 1e300 }, /^total is 1e\+300: expected an integer from -9223372036854775808/],
  [{ ratio: 'x' }, /^ratio is "x": expected a number$/],
  [{ open: 1 }, /^open is 1: expected true or false$/],
  [{ since: '2023-02-29' }, /^since is "2023-02-29": expected a date/],
  [{ at: '2000-01-01T00:00:00' }, /^at is .*: expected .*; it has no offset/],
  [{ price: 0.005 }, /^price is 0\.005: has more than 2 digits behind the point/],
  [{ price: '10000' }, /^price is "10000": has more than 4 digits before the point/],
  [{ price: 0.1 + 0.2 }, /^price is 0\.3.*: expected at most 15 digits in a number; write it as a text/],
  [{ price: 'much' }, /^price is "much": expected a decimal number$/],
  [{ tag: '0f8fad5b' }, /^tag is "0f8fad5b": expected a UUID like/],
  [{ opens: '24:00:00' }, /^opens is "24:00:00": expected a time of day like/],
  [{ local: 'today' }, /^local is "today": expected .*; it is not an ISO-8601 time/],
];
for (const [change, reason] of rejects) {
  test(`an event is a reject because ${reason.source}`, async () => {
    const { rows, load: done } = await load(JSON.stringify({ weights: [{ ...full, ...change }, full] }));
    assert.equal(rows.length, 1);
    assert.equal(done.rejects?.count, 1);
    assert.match(done.rejects.kept[0]?.reason ?? '', reason);
  });
}
