import { writeFile } from 'node:fs/promises';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';

/**
 * Data-sample files as the real ones are (formats: a file per minute, 1,914 rows, five columns): 100 departments,
 * 1,876 sensors of which each belongs to one department, 1,000 products, expiry 87 to 89 days after `create_at`.
 */

const departmentCount = 100;
const sensorCount = 1876;
const productCount = 1000;
/** 1,876 sensors once each, 32 of them twice and 3 thrice. */
const usualRows = 1914;
const twiceCount = 32;
const thriceCount = 3;

const microsPerMilli = 1000n;
const millisPerDay = 86_400_000;

/** Unit of the stored timestamps. */
export type SampleUnit = 'MILLIS' | 'MICROS' | 'NANOS';

export interface DataSampleOptions {
  /** The file's minute, read as UTC wall clock; `create_at` of all its rows. */
  readonly minute: Date;
  /** Same seed and minute: same bytes. Files of one seed share departments, sensors and products. */
  readonly seed: number;
  /** 1,914 if not given. */
  readonly rows?: number;
  /** MICROS if not given. */
  readonly unit?: SampleUnit;
}

/** The names that all files of one seed draw from. */
interface Names {
  readonly departments: readonly string[];
  readonly sensors: readonly { readonly serial: string; readonly department: string }[];
  readonly products: readonly string[];
}

let lastNames: { readonly seed: number; readonly names: Names } | undefined;

/**
 * Writes one data-sample file: snappy, dictionaries, one row group, optional columns.
 * Held in memory whole; 2.3 million rows take some hundred megabytes for a moment.
 */
export async function writeDataSampleFile(path: string, options: DataSampleOptions): Promise<void> {
  await writeFile(path, dataSampleBytes(options));
}

/** The bytes that {@link writeDataSampleFile} writes. */
export function dataSampleBytes({ minute, seed, rows = usualRows, unit = 'MICROS' }: DataSampleOptions): Uint8Array {
  const names = namesOf(seed);
  const random = randomFrom(seed ^ Math.floor(minute.getTime() / 60_000));
  const created = stamp(minute.getTime(), unit);
  const expiries = [87, 88, 89].map((days) => stamp(minute.getTime() + days * millisPerDay, unit));
  const sensors = pickSensors(names, rows, random);
  const buffer = parquetWriteBuffer({
    schema: schemaOf(unit),
    rowGroupSize: Math.max(rows, 1),
    columnData: [
      { name: 'department_name', data: sensors.map(({ department }) => department), encoding: 'RLE_DICTIONARY' },
      { name: 'sensor_serial', data: sensors.map(({ serial }) => serial), encoding: 'RLE_DICTIONARY' },
      { name: 'create_at', data: sensors.map(() => created), encoding: 'RLE_DICTIONARY' },
      { name: 'product_name', data: sensors.map(() => pick(names.products, random)), encoding: 'RLE_DICTIONARY' },
      { name: 'product_expire', data: sensors.map(() => pick(expiries, random)), encoding: 'RLE_DICTIONARY' },
    ],
  });
  return new Uint8Array(buffer);
}

/** The ways in which the real files are named: `2023-01-01 00:00:00.parquet` and its variants. */
export type SampleNameStyle = 'colons' | 'dashes' | 'underscores';

/** File name of a minute (UTC wall clock); Windows and some drives take no colons. */
export function dataSampleFileName(minute: Date, style: SampleNameStyle): string {
  const [day = '', time = ''] = minute.toISOString().slice(0, 19).split('T');
  if (style === 'colons') return `${day} ${time}.parquet`;
  return `${day}${style === 'dashes' ? ' ' : '_'}${time.replaceAll(':', '-')}.parquet`;
}

function schemaOf(unit: SampleUnit): SchemaElement[] {
  const text = (name: string): SchemaElement => ({
    name,
    type: 'BYTE_ARRAY',
    repetition_type: 'OPTIONAL',
    converted_type: 'UTF8',
    logical_type: { type: 'STRING' },
  });
  const time = (name: string): SchemaElement => ({
    name,
    type: 'INT64',
    repetition_type: 'OPTIONAL',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit },
  });
  const columns = [
    text('department_name'),
    text('sensor_serial'),
    time('create_at'),
    text('product_name'),
    time('product_expire'),
  ];
  return [{ name: 'schema', num_children: columns.length }, ...columns];
}

/** Every sensor before any comes again; in a usual file 32 come twice and 3 thrice. */
function pickSensors({ sensors }: Names, rows: number, random: () => number): Names['sensors'] {
  const picked: Names['sensors'][number][] = [];
  while (picked.length < rows) {
    const order = shuffled(sensors, random);
    picked.push(...order);
    const again = order.slice(0, twiceCount + thriceCount);
    picked.push(...again, ...again.slice(twiceCount));
  }
  // Cut first: the extra rows of a shorter file would else push out whole sensors.
  picked.length = rows;
  return shuffled(picked, random);
}

function namesOf(seed: number): Names {
  if (lastNames?.seed === seed) return lastNames.names;
  const random = randomFrom(seed);
  const departments = distinctWords(departmentCount, 32, random);
  const sensors = distinctWords(sensorCount, 64, random).map((serial, i) => ({
    serial,
    // The first hundred sensors make sure that every department has one.
    department: departments[i] ?? pick(departments, random),
  }));
  const names = { departments, sensors, products: distinctWords(productCount, 16, random) };
  lastNames = { seed, names };
  return names;
}

function distinctWords(count: number, length: number, random: () => number): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    words.add(Array.from({ length }, () => String.fromCharCode(97 + Math.floor(random() * 26))).join(''));
  }
  return [...words];
}

function stamp(epochMillis: number, unit: SampleUnit): bigint {
  const millis = BigInt(epochMillis);
  if (unit === 'MILLIS') return millis;
  return unit === 'MICROS' ? millis * microsPerMilli : millis * microsPerMilli * 1000n;
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('expected at least one item to pick from');
  return item;
}

/** Uniform numbers in [0, 1), the same for the same seed: the SplitMix32 sequence. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 0x1_0000_0000;
  };
}
