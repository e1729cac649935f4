import { open } from 'node:fs/promises';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { sampleMinute } from '#samples/data-sample-oracles.js';
import { type SampleRows, sampleRows } from '#samples/data-sample-rows.js';
import { benchSeed } from './files.js';
import type { TableColumn } from './table.js';

/** What stands before and behind the tuples of binary COPY (PostgreSQL manual, "COPY", "Binary Format"). */
const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
const trailer = Buffer.from([0xff, 0xff]);

const millisPerDay = 86_400_000;

/** Writes one field of one row. */
type WriteField = (writer: CopyBinaryWriter, row: number) => void;

/**
 * Writes the rows of files, made anew and not read, as a file of binary COPY.
 * @returns how many rows
 */
export async function writeCopyFile(
  path: string,
  columns: readonly TableColumn[],
  firstFile: number,
  endFile: number,
): Promise<number> {
  const writer = new CopyBinaryWriter(1024 * 1024);
  const handle = await open(path, 'w');
  let count = 0;
  try {
    await handle.write(header);
    for (let index = firstFile; index < endFile; index++) {
      const rows = sampleRows({ minute: sampleMinute(index), seed: benchSeed });
      const fields = columns.map((column) => fieldWriter(column, rows, index));
      for (let row = 0; row < rows.sensors.length; row++) {
        writer.row(fields.length);
        for (const write of fields) write(writer, row);
      }
      count += rows.sensors.length;
      for (const chunk of writer.takeFilled()) await handle.write(chunk);
    }
    for (const chunk of writer.takeAll()) await handle.write(chunk);
    await handle.write(trailer);
  } finally {
    await handle.close();
  }
  return count;
}

/** How a column of the table is written for the rows of one file. */
function fieldWriter({ name, type }: TableColumn, rows: SampleRows, index: number): WriteField {
  const { names, sensors, products, expiryDays } = rows;
  const created = sampleMinute(index).getTime();
  const textOf = (words: readonly string[], row: number, at: ArrayLike<number>): string => words[at[row] ?? 0] ?? '';
  switch (name) {
    case 'department_name':
      return (writer, row) =>
        writer.text(names.departments[names.departmentOfSensor[sensors[row] ?? 0] ?? 0] ?? '', name);
    case 'sensor_serial':
      return (writer, row) => writer.text(textOf(names.sensors, row, sensors), name);
    case 'create_at':
      return (writer) => writer.timestamp(created * 1000);
    case 'product_name':
      return (writer, row) => writer.text(textOf(names.products, row, products), name);
    case 'product_expire':
      return (writer, row) => writer.timestamp((created + (expiryDays[row] ?? 0) * millisPerDay) * 1000);
    case 'file_id':
      return integer(type, () => index + 1);
    case 'ordinal':
      return integer(type, (row) => row);
    default:
      throw new Error(`the table has a column ${name} (${type}); teach the bench what it holds`);
  }
}

function integer(type: string, numberOf: (row: number) => number): WriteField {
  if (type === 'bigint') return (writer, row) => writer.int8(numberOf(row));
  if (type === 'integer') return (writer, row) => writer.int4(numberOf(row));
  throw new Error(`a column is ${type}: expected bigint or integer; teach the bench to write it`);
}
