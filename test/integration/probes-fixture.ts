import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { defineDatasetTask, manySmallFiles } from '#contracts/file-task.js';

/** A source with a column of each type, whose table is not partitioned. */
export const probes = defineDatasetTask({
  name: 'load-probes',
  description: 'Loads probes',
  source: { name: 'lab-probes', description: 'probes*.parquet', matches: () => false, batch: manySmallFiles },
  format: 'parquet',
  dataset: {
    table: 'lab.probe',
    description: 'One row per probe.',
    columns: [
      { name: 'label', type: 'text', maxLength: 200, description: 'What stands on it' },
      { name: 'taken_at', type: 'timestamptz', required: true },
      { name: 'celsius', type: 'double precision' },
      { name: 'amount', type: 'numeric', precision: 38, scale: 10 },
      { name: 'big_count', type: 'bigint' },
      { name: 'count', type: 'integer' },
      { name: 'serial_no', type: 'uuid' },
      { name: 'day', type: 'date' },
      { name: 'at_time', type: 'time' },
      { name: 'is_ok', type: 'boolean' },
      { name: 'local_time', type: 'timestamp' },
    ],
    replace: 'file',
    indexes: [
      ['label', 'day'],
      ['taken_at'],
      ['celsius'],
      ['amount'],
      ['big_count'],
      ['count', 'ordinal'],
      ['serial_no'],
      ['day', 'label', 'count'],
      ['at_time'],
      ['is_ok'],
      ['local_time'],
    ],
  },
});

/** A probe as the API shows it, but for where it comes from. */
export interface Probe {
  readonly label: string | null;
  readonly takenAt: string;
  readonly celsius: number | null;
  readonly amount: string | null;
  readonly bigCount: string | null;
  readonly count: number | null;
  readonly serialNo: string | null;
  readonly day: string | null;
  readonly atTime: string | null;
  readonly isOk: boolean | null;
  readonly localTime: string | null;
}

/** A value of each type. */
export const oneProbe: Probe = {
  label: 'plain',
  takenAt: '2026-05-01T06:00:00.125Z',
  celsius: -0.1,
  amount: '-12.5000000000',
  bigCount: '-42',
  count: -7,
  serialNo: '0f8fad5b-d9cb-469f-a165-70867728950e',
  day: '2026-05-01',
  atTime: '06:00:00.5',
  isOk: false,
  localTime: '2026-05-01T06:00:00',
};

type StoredColumn = readonly [element: Omit<SchemaElement, 'name'>, data: readonly unknown[]];

/** The bytes of a parquet file with these columns. */
export function parquetFile(columns: Readonly<Record<string, StoredColumn>>): Uint8Array {
  const entries = Object.entries(columns);
  const buffer = parquetWriteBuffer({
    schema: [
      { name: 'root', num_children: entries.length },
      ...entries.map(([name, [element]]): SchemaElement => ({ repetition_type: 'OPTIONAL', ...element, name })),
    ],
    columnData: entries.map(([name, [, data]]) => ({ name, data: [...data] })),
  });
  return new Uint8Array(buffer);
}

export const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;
export const times = (isAdjustedToUTC: boolean) =>
  ({ type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } }) as const;

/** The bytes of a file of probes. */
export function probesFile(rows: readonly Probe[]): Uint8Array {
  const each = <T>(toStored: (row: Probe) => T) => rows.map(toStored);
  const orNull = <T, U>(value: T | null, convert: (value: T) => U): U | null =>
    value === null ? null : convert(value);
  return parquetFile({
    label: [text, each((row) => row.label)],
    taken_at: [times(true), each((row) => microsOf(row.takenAt))],
    celsius: [{ type: 'DOUBLE' }, each((row) => row.celsius)],
    amount: [
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'DECIMAL', precision: 38, scale: 10 } },
      each((row) => orNull(row.amount, decimalBytes)),
    ],
    big_count: [{ type: 'INT64' }, each((row) => orNull(row.bigCount, BigInt))],
    count: [{ type: 'INT32' }, each((row) => row.count)],
    serial_no: [
      { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } },
      each((row) => row.serialNo),
    ],
    day: [
      { type: 'INT32', logical_type: { type: 'DATE' } },
      each((row) => orNull(row.day, (day) => Date.parse(day) / 86_400_000)),
    ],
    at_time: [
      { type: 'INT64', logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' } },
      each((row) => orNull(row.atTime, (time) => microsOf(`1970-01-01T${time}`))),
    ],
    is_ok: [{ type: 'BOOLEAN' }, each((row) => row.isOk)],
    local_time: [times(false), each((row) => orNull(row.localTime, microsOf))],
  });
}

/** Microseconds since 1970 of an ISO-8601 text, with or without `Z`. */
export function microsOf(iso: string): bigint {
  const [, whole = '', decimals = ''] = /^([^.Z]+)(?:\.(\d+))?Z?$/.exec(iso) ?? [];
  return BigInt(Date.parse(`${whole}Z`)) * 1000n + BigInt(decimals.slice(0, 6).padEnd(6, '0'));
}

/** A decimal with ten digits behind the point as 16 bytes, the most significant first. */
function decimalBytes(decimal: string): Uint8Array {
  const unscaled = BigInt.asUintN(128, BigInt(decimal.replace('.', '')));
  return Buffer.from(unscaled.toString(16).padStart(32, '0'), 'hex');
}

/** Every type with a value that is easily damaged on its way. */
export const exact: Probe = {
  label: 'exact',
  takenAt: '2026-05-01T06:00:00.000001Z',
  celsius: 0.1,
  amount: '1234567890123456789012345678.0123456789',
  bigCount: '9223372036854775807',
  count: 2_147_483_647,
  serialNo: '0f8fad5b-d9cb-469f-a165-70867728950e',
  day: '2024-02-29',
  atTime: '23:59:59.999999',
  isOk: true,
  localTime: '2026-05-01T06:00:00.123456',
};

/** Nothing but what every row has. */
export const empty: Probe = {
  label: null,
  takenAt: '2026-05-02T00:00:00.000Z',
  celsius: null,
  amount: null,
  bigCount: null,
  count: null,
  serialNo: null,
  day: null,
  atTime: null,
  isOk: null,
  localTime: null,
};

const pick = <T>(values: readonly T[], n: number): T => values[n % values.length] as T;

/** Few values for each column, so that there are ties; some of them missing. */
export const manyProbes = (count: number, seed: number): Probe[] =>
  Array.from({ length: count }, (_, row) => {
    const n = row * 11 + seed;
    return {
      label: pick(['a', 'b', null, 'c', ''], n),
      takenAt: pick(['2026-05-01T06:00:00.000Z', '2026-05-01T06:00:00.000001Z', '2026-04-30T00:00:00.000Z'], n >> 1),
      celsius: pick([1.5, null, -0.1, 1e300, Number.NaN, Number.POSITIVE_INFINITY, -5e-324], n >> 1),
      amount: pick(['0.0000000001', '-12345678901234567.0000000001', null, '10.0000000000', '9.0000000000'], n),
      bigCount: pick(['-9223372036854775808', '9007199254740993', '9007199254740992', null], n >> 2),
      count: pick([-1, null, 0, 10, 9], n >> 1),
      serialNo: pick(['00000000-0000-0000-0000-000000000000', null, exact.serialNo], n),
      day: pick(['1999-12-31', '2024-02-29', null, '0001-01-01'], n >> 1),
      atTime: pick(['00:00:00', '06:30:00.5', null, '23:59:59.999999'], n >> 1),
      isOk: pick([true, false, null], n >> 3),
      localTime: pick(['2026-05-01T06:00:00', null, '2026-05-01T06:00:00.123456'], n),
    };
  });
