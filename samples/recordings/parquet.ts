import { parquetWriteBuffer } from 'hyparquet-writer';
import type { SampleDrive, SampleFootage, SampleLabel, SampleSensor } from './model.js';

/** The rows of each table, as files have them. */
export interface TableRows {
  readonly recording: readonly SampleDrive[];
  readonly footage: readonly SampleFootage[];
  readonly label: readonly SampleLabel[];
  readonly sensor: readonly SampleSensor[];
}

type ColumnType = 'STRING' | 'INT32' | 'INT64' | 'DOUBLE';

const columns: { readonly [T in keyof TableRows]: Readonly<Record<keyof TableRows[T][number], ColumnType>> } = {
  recording: { id: 'STRING', location: 'STRING' },
  footage: { id: 'STRING', footage_type: 'STRING', filename: 'STRING', recording: 'STRING', frames: 'INT32' },
  label: {
    timestamp: 'INT64',
    relative_timestamp: 'INT32',
    label_type: 'STRING',
    label_certainty: 'DOUBLE',
    footage: 'STRING',
  },
  sensor: {
    timestamp: 'INT64',
    relative_timestamp: 'INT32',
    metric_type: 'STRING',
    metric_value: 'DOUBLE',
    recording: 'STRING',
  },
};

/** The bytes of a parquet file with the rows of one table: its columns by their names, times as unix seconds. */
export function rowsAsParquet<T extends keyof TableRows>(table: T, rows: TableRows[T]): Uint8Array {
  const columnData = Object.entries<ColumnType>(columns[table]).map(([name, type]) => {
    const values = rows.map((row): unknown => Reflect.get(row, name));
    return { name, type, data: type === 'INT64' ? values.map((value) => BigInt(Number(value))) : values };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}
