import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import {
  type ParquetColumn,
  type ParquetValue,
  parquetColumnOf,
  type RowColumn,
  type RowValue,
} from './parquet-columns.js';

/** How much is held before it is written. */
export interface RowGroupLimits {
  readonly rows: number;
  /** Characters of texts, about. */
  readonly characters: number;
}

/** Different values of a column whose conversions are remembered. */
const maxRemembered = 4_096;

/**
 * A parquet file, made as it is read: a chunk per row group and one for the end. At most a row group is held, beside some
 * hundred bytes for each that was written, which the end of the file lists.
 * @param pages rows in the order of the columns
 */
export async function* parquetBytes(
  columns: readonly RowColumn[],
  pages: AsyncIterable<readonly (readonly RowValue[])[]>,
  limits: RowGroupLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const writer = new ByteWriter();
  const types = columns.map(parquetColumnOf);
  const file = new ParquetWriter({
    writer,
    schema: [{ name: 'schema', num_children: columns.length }, ...types.map(({ element }) => element)],
    createdBy: 'millrace',
  });
  let group = new RowGroup(types);
  for await (const page of pages) {
    for (const row of page) {
      group.add(row);
      if (group.rows < limits.rows && group.characters < limits.characters) continue;
      group.write(file);
      yield take(writer);
      group = new RowGroup(types);
    }
  }
  if (group.rows > 0) group.write(file);
  await file.finish();
  yield take(writer);
}

/** What was written since the last time; offsets in the file go on. */
function take(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}

/** Rows by column, until they are written. */
class RowGroup {
  rows = 0;
  characters = 0;
  readonly #columns: readonly {
    readonly type: ParquetColumn;
    readonly data: ParquetValue[];
    readonly known: Map<string, ParquetValue>;
  }[];

  constructor(types: readonly ParquetColumn[]) {
    this.#columns = types.map((type) => ({ type, data: [], known: new Map() }));
  }

  add(row: readonly RowValue[]): void {
    this.rows += 1;
    for (const [at, { type, data, known }] of this.#columns.entries()) {
      const value = row[at] ?? null;
      if (typeof value !== 'string') {
        data.push(type.convert(value));
        continue;
      }
      this.characters += value.length;
      // Times and numbers of a file repeat; to read one takes longer than to remember it.
      let converted = known.get(value);
      if (converted === undefined) {
        converted = type.convert(value);
        if (known.size < maxRemembered && typeof converted !== 'string') known.set(value, converted);
      }
      data.push(converted);
    }
  }

  write(file: ParquetWriter): void {
    void file.write({
      columnData: this.#columns.map(({ type, data }) => ({ name: type.element.name, data, offsetIndex: false })),
      rowGroupSize: this.rows,
    });
  }
}
