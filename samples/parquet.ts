import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type SampleRows, type SampleRowsOptions, sampleRows } from './data-sample-rows.js';

const microsPerMilli = 1000n;
const millisPerDay = 86_400_000;

/** Unit of the stored timestamps. */
export type SampleUnit = 'MILLIS' | 'MICROS' | 'NANOS';

/** Which file. Same rows and unit: same bytes. */
export interface DataSampleOptions extends SampleRowsOptions {
  /** MICROS if not given. */
  readonly unit?: SampleUnit;
}

/**
 * The bytes of one data-sample file: snappy, dictionaries, one row group, optional columns.
 * 2.3 million rows take some hundred megabytes for a moment.
 */
export function dataSampleBytes(options: DataSampleOptions): Uint8Array {
  const { minute, unit = 'MICROS' } = options;
  const rows = sampleRows(options);
  const { names, sensors, products, expiryDays } = rows;
  const created = stamp(minute.getTime(), unit);
  const expiries = Array.from({ length: 90 }, (_, days) => stamp(minute.getTime() + days * millisPerDay, unit));
  const departments = Array.from(names.departmentOfSensor, (department) => names.departments[department]);
  const buffer = parquetWriteBuffer({
    schema: schemaOf(unit),
    rowGroupSize: Math.max(sensors.length, 1),
    columnData: [
      column('department_name', departments, sensors),
      column('sensor_serial', names.sensors, sensors),
      { name: 'create_at', data: Array.from(sensors, () => created), encoding: 'RLE_DICTIONARY' },
      column('product_name', names.products, products),
      column('product_expire', expiries, expiryDays),
    ],
  });
  return new Uint8Array(buffer);
}

function column<T>(name: string, values: readonly T[], indexes: SampleRows['sensors'] | SampleRows['expiryDays']) {
  return { name, data: Array.from(indexes, (index) => values[index]), encoding: 'RLE_DICTIONARY' as const };
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

function stamp(epochMillis: number, unit: SampleUnit): bigint {
  const millis = BigInt(epochMillis);
  if (unit === 'MILLIS') return millis;
  return unit === 'MICROS' ? millis * microsPerMilli : millis * microsPerMilli * 1000n;
}
