import type { Encoding, SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { dictionaryFile, plainFile } from '#parquet/other-writer.fixture.js';
import type { Seed } from './mutations.js';

const rows = 20;

const optional = (name: string, type: NonNullable<SchemaElement['type']>): SchemaElement => ({
  name,
  type,
  repetition_type: 'OPTIONAL',
});
const text: SchemaElement = {
  ...optional('name', 'BYTE_ARRAY'),
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
};
const time: SchemaElement = {
  ...optional('at', 'INT64'),
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
};

const names = Array.from({ length: rows }, (_, i) => (i % 4 === 3 ? null : `name ${i % 5}`));
const times = Array.from({ length: rows }, (_, i) => (i % 7 === 2 ? null : 1_672_531_200_000_000n + BigInt(i * i)));
const numbers = Array.from({ length: rows }, (_, i) => i * 1000 - 7);
const halves = Array.from({ length: rows }, (_, i) => (i % 3 === 1 ? null : i / 2));
const flags = Array.from({ length: rows }, (_, i) => i % 3 === 0);

type Column = readonly [SchemaElement, readonly unknown[], Encoding];

const columnsOf: Readonly<Record<string, readonly Column[]>> = {
  dictionary: [
    [text, names, 'RLE_DICTIONARY'],
    [time, times, 'RLE_DICTIONARY'],
  ],
  plain: [
    [text, names, 'PLAIN'],
    [time, times, 'PLAIN'],
    [{ ...optional('flag', 'BOOLEAN'), repetition_type: 'REQUIRED' }, flags, 'PLAIN'],
  ],
  numbers: [
    [{ ...optional('number', 'INT32'), repetition_type: 'REQUIRED' }, numbers, 'PLAIN'],
    [optional('half', 'DOUBLE'), halves, 'PLAIN'],
  ],
  delta: [
    [text, names, 'DELTA_BYTE_ARRAY'],
    [{ ...text, name: 'long' }, names, 'DELTA_LENGTH_BYTE_ARRAY'],
    [time, times, 'DELTA_BINARY_PACKED'],
  ],
  split: [
    [{ ...optional('number', 'INT32'), repetition_type: 'REQUIRED' }, numbers, 'DELTA_BINARY_PACKED'],
    [optional('half', 'DOUBLE'), halves, 'BYTE_STREAM_SPLIT'],
  ],
};

/**
 * Small sound files of each encoding, uncompressed, so that a changed byte reaches the decoders, and one compressed; with
 * pages of version 2, and two of another writer with pages of version 1. A Buffer is copied: a slice of one is no copy.
 */
export function builtInSeeds(): Seed[] {
  return [
    ...Object.entries(columnsOf).map(([name, columns]) => ({ name, bytes: fileOf(columns, 'UNCOMPRESSED') })),
    { name: 'snappy', bytes: fileOf(columnsOf['dictionary'] ?? [], 'SNAPPY') },
    { name: 'v1-dictionary', bytes: new Uint8Array(dictionaryFile) },
    { name: 'v1-plain', bytes: new Uint8Array(plainFile) },
  ];
}

function fileOf(columns: readonly Column[], codec: 'UNCOMPRESSED' | 'SNAPPY'): Uint8Array {
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.map(([element]) => element)];
  const columnData = columns.map(([{ name }, data, encoding]) => ({ name, data: [...data], encoding }));
  return new Uint8Array(parquetWriteBuffer({ schema, columnData, codec, rowGroupSize: 12 }));
}
