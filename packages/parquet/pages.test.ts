import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SchemaElement } from 'hyparquet';
import type { ColumnDefinition } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { compressions } from './compress.fixture.js';
import { pageFile, plainTexts, type RawPage } from './page-file.fixture.js';
import { fieldsOf, withParquet } from './sample-file.fixture.js';

const textElement = { name: 'a', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' } as const;
const flagElement = { name: 'a', type: 'BOOLEAN', repetition_type: 'OPTIONAL' } as const;

/** Texts of the one column. */
async function texts(bytes: Uint8Array, column: Partial<ColumnDefinition> = {}): Promise<(string | null)[]> {
  const columns: ColumnDefinition[] = [{ name: 'a', type: 'text', ...column }];
  const rows = await withParquet(bytes, { columns }, (file) => fieldsOf(file));
  return rows.map(([field]) => field?.toString() ?? null);
}

/** Runs of `count` levels, all of a row with a value. */
const allPresent = (count: number) => [count << 1, 1];
/** Eight rows from the lowest bit on, of which the set ones have a value. */
const presentBits = (bits: number) => [0b11, bits];

/** A chunk as a writer leaves it whose dictionary grew too large on the way: dictionary pages, then plain ones. */
function mixedPages(kind: 'v1' | 'v2'): RawPage[] {
  return [
    { kind: 'dictionary', count: 3, encoding: 'PLAIN', values: plainTexts('zero', 'eins', 'dü') },
    {
      kind,
      count: 4,
      encoding: 'RLE_DICTIONARY',
      levels: allPresent(4),
      values: Uint8Array.of(2, 0b11, 0b01_00_10_01, 0),
    },
    { kind, count: 3, encoding: 'PLAIN', levels: allPresent(3), values: plainTexts('x', '', 'long enough') },
    {
      kind,
      count: 8,
      encoding: 'PLAIN',
      nulls: 6,
      levels: presentBits(0b0100_0010),
      values: plainTexts('é', 'second'),
    },
    { kind, count: 2, encoding: 'PLAIN_DICTIONARY', levels: allPresent(2), values: Uint8Array.of(2, 2 << 1, 0) },
  ];
}
const mixed = [
  ...['eins', 'dü', 'zero', 'eins', 'x', '', 'long enough'],
  ...[null, 'é', null, null, null, null, 'second', null, 'zero', 'zero'],
];

for (const [codec, compress] of Object.entries(compressions)) {
  for (const kind of ['v1', 'v2'] as const) {
    test(`a chunk that turns from dictionary to plain is read from ${kind} pages in ${codec}`, async () => {
      assert.ok(isCodec(codec));
      assert.deepEqual(await texts(pageFile(textElement, 17, mixedPages(kind), codec, compress)), mixed);
    });
  }
}

const isCodec = (name: string): name is keyof typeof compressions => Object.hasOwn(compressions, name);

test('an entry of a dictionary that no row uses may be bad, one that is used is named with its row', async () => {
  const page = (index: number): RawPage[] => [
    { kind: 'dictionary', count: 2, encoding: 'PLAIN', values: plainTexts('good', 'far too long') },
    {
      kind: 'v1',
      count: 5,
      encoding: 'RLE_DICTIONARY',
      levels: allPresent(5),
      values: Uint8Array.of(1, 2 << 1, 0, 3 << 1, index),
    },
  ];
  const column = { maxLength: 4 };
  assert.deepEqual(await texts(pageFile(textElement, 5, page(0)), column), new Array(5).fill('good'));
  await assert.rejects(texts(pageFile(textElement, 5, page(1)), column), {
    code: 'bad-value',
    message: 'a in row 2 (counted from 0) has 12 characters, expected at most 4',
  });
});

test('a row that refers to an entry beyond its dictionary makes the column damaged', async () => {
  const pages: RawPage[] = [
    { kind: 'dictionary', count: 2, encoding: 'PLAIN', values: plainTexts('a', 'b') },
    { kind: 'v1', count: 3, encoding: 'RLE_DICTIONARY', levels: allPresent(3), values: Uint8Array.of(2, 3 << 1, 2) },
  ];
  await assert.rejects(texts(pageFile(textElement, 3, pages)), (error) => {
    assert.ok(error instanceof BadInputError);
    assert.equal(error.code, 'corrupt');
    assert.match(error.message, /column a is damaged \(a row refers to entry 2 of a dictionary of 2\)/);
    return true;
  });
});

test('plain texts that are not all ASCII, or hold NUL, are looked at one by one', async () => {
  const pages = (...values: string[]): RawPage[] => [
    {
      kind: 'v1',
      count: values.length,
      encoding: 'PLAIN',
      levels: allPresent(values.length),
      values: plainTexts(...values),
    },
  ];
  assert.deepEqual(await texts(pageFile(textElement, 3, pages('é', 'ü', 'abcd')), { maxLength: 4 }), [
    'é',
    'ü',
    'abcd',
  ]);
  await assert.rejects(texts(pageFile(textElement, 2, pages('ok', 'a\0b'))), /a in row 1 .* U\+0000/);
  await assert.rejects(
    texts(pageFile(textElement, 2, pages('ok', 'abcde')), { maxLength: 4 }),
    /a in row 1 .* has 5 characters/,
  );
});

test('booleans are read from both of their encodings, with and without gaps', async () => {
  const flags = async (pages: RawPage[], rows: number) => {
    const columns: ColumnDefinition[] = [{ name: 'a', type: 'boolean' }];
    const fields = await withParquet(pageFile(flagElement, rows, pages), { columns }, (file) => fieldsOf(file));
    return fields.map(([field]) => (field ? field[0] === 1 : null));
  };
  const plain: RawPage = {
    kind: 'v1',
    count: 10,
    encoding: 'PLAIN',
    levels: allPresent(10),
    values: Uint8Array.of(0b1010_0101, 0b10),
  };
  const gaps: RawPage = {
    kind: 'v2',
    count: 8,
    encoding: 'PLAIN',
    nulls: 6,
    levels: presentBits(0b1001_0000),
    values: Uint8Array.of(0b10),
  };
  const runs: RawPage = {
    kind: 'v2',
    count: 5,
    encoding: 'RLE',
    levels: allPresent(5),
    values: Uint8Array.of(4, 0, 0, 0, 3 << 1, 1, 2 << 1, 0),
  };
  const [t, f, n] = [true, false, null];
  assert.deepEqual(await flags([plain, gaps, runs], 23), [
    ...[t, f, t, f, f, t, f, t, f, t],
    ...[n, n, n, n, f, n, n, t],
    ...[t, t, t, f, f],
  ]);
});

/** The field of one stored value of a column, in hexadecimal. */
async function fieldOf(
  element: Omit<SchemaElement, 'name'>,
  type: ColumnDefinition['type'],
  stored: Uint8Array,
): Promise<string> {
  assert.ok(element.type);
  const page: RawPage = { kind: 'v1', count: 1, encoding: 'PLAIN', values: stored };
  const bytes = pageFile({ repetition_type: 'REQUIRED', ...element, type: element.type, name: 'a' }, 1, [page]);
  const [row] = await withParquet(bytes, { columns: [{ name: 'a', type }] }, (file) => fieldsOf(file));
  return row?.[0]?.toString('hex') ?? 'null';
}

const int32 = (value: number) => new Uint8Array(Int32Array.of(value).buffer);
const int64 = (value: bigint) => new Uint8Array(BigInt64Array.of(value).buffer);
const integer = (bitWidth: number, isSigned: boolean) =>
  ({ logical_type: { type: 'INTEGER', bitWidth, isSigned } }) as const;
const stamp = (unit: 'MILLIS' | 'MICROS' | 'NANOS', isAdjustedToUTC: boolean) =>
  ({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit } }) as const;
const decimal = (scale: number) => ({ logical_type: { type: 'DECIMAL', precision: 9, scale } }) as const;
const clock = (unit: 'MILLIS' | 'NANOS') => ({ logical_type: { type: 'TIME', isAdjustedToUTC: false, unit } }) as const;
const fixed = (width: number) => ({ type: 'FIXED_LEN_BYTE_ARRAY', type_length: width }) as const;
const uuidBytes = Uint8Array.from({ length: 16 }, (_, i) => i);

const sound: readonly (readonly [Omit<SchemaElement, 'name'>, ColumnDefinition['type'], Uint8Array, string])[] = [
  [{ type: 'INT32' }, 'integer', int32(-2), 'fffffffe'],
  [{ type: 'INT32' }, 'bigint', int32(-2), 'fffffffffffffffe'],
  [{ type: 'INT32', converted_type: 'INT_8' }, 'integer', int32(-128), 'ffffff80'],
  [{ type: 'INT32', converted_type: 'UINT_32' }, 'bigint', int32(-1), '00000000ffffffff'],
  [{ type: 'INT32', ...integer(32, false) }, 'bigint', int32(-1), '00000000ffffffff'],
  [{ type: 'INT64' }, 'integer', int64(2n ** 31n - 1n), '7fffffff'],
  [{ type: 'INT64', ...integer(64, true) }, 'bigint', int64(-(2n ** 63n)), '8000000000000000'],
  [{ type: 'INT64', ...integer(64, false) }, 'bigint', int64(2n ** 63n - 1n), '7fffffffffffffff'],
  [{ type: 'FLOAT' }, 'double precision', new Uint8Array(Float32Array.of(0.5).buffer), '3fe0000000000000'],
  [{ type: 'DOUBLE' }, 'double precision', new Uint8Array(Float64Array.of(-0.1).buffer), 'bfb999999999999a'],
  [{ type: 'INT32', converted_type: 'DATE' }, 'date', int32(10_958), '00000001'],
  [{ type: 'INT32', logical_type: { type: 'DATE' } }, 'date', int32(0), 'ffffd533'],
  [stamp('MILLIS', true), 'timestamptz', int64(946_684_800_001n), '00000000000003e8'],
  [stamp('NANOS', true), 'timestamptz', int64(946_684_799_999_999_999n), 'ffffffffffffffff'],
  [stamp('MICROS', true), 'timestamp', int64(946_684_800_000_001n), '0000000000000001'],
  [
    { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' },
    'timestamptz',
    int64(946_684_800_000_000n),
    '0000000000000000',
  ],
  [{ type: 'INT96' }, 'timestamptz', Buffer.concat([int64(2000n), int32(2_440_588 + 10_957)]), '0000000000000002'],
  [{ type: 'BYTE_ARRAY', logical_type: { type: 'ENUM' } }, 'text', plainTexts('é'), 'c3a9'],
  [{ type: 'INT32', ...decimal(2) }, 'numeric', int32(-150), '000200004000000200011388'],
  [{ type: 'INT64', ...decimal(0) }, 'numeric', int64(10_000n), '00010001000000000001'],
  [{ type: 'INT64', converted_type: 'DECIMAL', scale: 3, precision: 9 }, 'numeric', int64(0n), '0000000000000003'],
  [{ type: 'BYTE_ARRAY', ...decimal(1) }, 'numeric', Uint8Array.of(2, 0, 0, 0, 0xff, 0x9c), '0001000040000001000a'],
  [{ ...fixed(3), ...decimal(4) }, 'numeric', Uint8Array.of(0, 0x27, 0x11), '000200000000000400010001'],
  [{ ...fixed(16), logical_type: { type: 'UUID' } }, 'uuid', uuidBytes, '000102030405060708090a0b0c0d0e0f'],
  [{ ...fixed(2), logical_type: { type: 'FLOAT16' } }, 'double precision', Uint8Array.of(0, 0xc2), 'c008000000000000'],
  [{ type: 'INT32', ...clock('MILLIS') }, 'time', int32(86_399_999), '000000141dd75c18'],
  [{ type: 'INT64', converted_type: 'TIME_MICROS' }, 'time', int64(2n ** 32n), '0000000100000000'],
  [{ type: 'INT64', ...clock('NANOS') }, 'time', int64(1999n), '0000000000000001'],
];
for (const [element, type, stored, hex] of sound) {
  const annotation = JSON.stringify(element.logical_type ?? element.converted_type ?? '');
  test(`${element.type} ${annotation} becomes ${type} ${hex}`, async () => {
    assert.equal(await fieldOf(element, type, stored), hex);
  });
}

const refused: readonly (readonly [Omit<SchemaElement, 'name'>, ColumnDefinition['type'], Uint8Array, RegExp])[] = [
  [
    { type: 'INT64' },
    'integer',
    int64(2n ** 31n),
    /^a in row 0 .* is 2147483648, expected an integer from -2147483648 to/,
  ],
  [{ type: 'INT32', ...integer(32, false) }, 'integer', int32(-1), /^a in row 0 .* is 4294967295, expected/],
  [
    { type: 'INT64', converted_type: 'UINT_64' },
    'bigint',
    int64(-1n),
    /is 18446744073709551615, expected an integer of at most/,
  ],
  [
    { type: 'INT32', converted_type: 'DATE' },
    'date',
    int32(2_932_897),
    /is 2932897 days since 1970, .* years 1 to 9999/,
  ],
  [stamp('MILLIS', true), 'timestamptz', int64(2n ** 63n - 1n), /years 1 to 9999/],
  [
    stamp('MICROS', false),
    'timestamptz',
    int64(0n),
    /^column a is INT64 \(TIMESTAMP\), not adjusted to UTC, expected .* adjusted to UTC\)$/,
  ],
  [
    { type: 'INT32', converted_type: 'DECIMAL' },
    'integer',
    int32(1),
    /^column a is INT32 \(DECIMAL\), expected INT32 or INT64/,
  ],
  [{ type: 'INT32' }, 'date', int32(1), /^column a is INT32, expected INT32 \(DATE\)$/],
  [{ type: 'DOUBLE' }, 'bigint', int64(1n), /^column a is DOUBLE, expected INT32 or INT64 \(INTEGER\)$/],
  [{ type: 'INT64', ...clock('NANOS') }, 'time', int64(86_400_000_000_000n), /µs since midnight, .* outside a day/],
  [{ ...fixed(5) }, 'text', Uint8Array.of(1, 2, 3, 4, 5), /^column a is FIXED_LEN_BYTE_ARRAY, expected BYTE_ARRAY/],
  [{ ...fixed(9), logical_type: { type: 'UUID' } }, 'uuid', uuidBytes, /^column a is FIXED_LEN_BYTE_ARRAY \(UUID\)/],
  [{ type: 'INT32' }, 'boolean', int32(1), /^column a is INT32, expected BOOLEAN$/],
  [{ type: 'INT64' }, 'double precision', int64(1n), /^column a is INT64, expected FLOAT, DOUBLE or FLOAT16$/],
  [
    { type: 'BYTE_ARRAY', converted_type: 'JSON' },
    'text',
    plainTexts('{}'),
    /^column a is BYTE_ARRAY \(JSON\), expected/,
  ],
];
for (const [element, type, stored, reason] of refused) {
  test(`${element.type} is refused for ${type}: ${reason.source}`, async () => {
    await assert.rejects(fieldOf(element, type, stored), (error) => {
      assert.ok(error instanceof BadInputError, String(error));
      assert.match(error.message, reason);
      return true;
    });
  });
}

test('a column may have another name in the file', async () => {
  const page: RawPage = { kind: 'v2', count: 1, encoding: 'PLAIN', levels: allPresent(1), values: plainTexts('x') };
  assert.deepEqual(await texts(pageFile({ ...textElement, name: 'A name' }, 1, [page]), { from: 'A name' }), ['x']);
  await assert.rejects(
    texts(pageFile(textElement, 1, [page]), { from: 'A name' }),
    /column A name is missing; expected A name, found a/,
  );
});

test('a value that is longer than the room for many rows is whole', async () => {
  const long = 'x'.repeat(300_000);
  const values = plainTexts('a', long, 'b');
  const page: RawPage = { kind: 'v1', count: 3, encoding: 'PLAIN', levels: allPresent(3), values };
  assert.deepEqual(await texts(pageFile(textElement, 3, [page])), ['a', long, 'b']);
});
