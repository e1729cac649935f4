import type { ColumnDefinition } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import { findColumns } from '#parquet/columns.js';
import { readFooter } from '#parquet/footer.js';
import { RandomReader } from '#parquet/random-reader.js';
import type { TopColumn } from '#parquet/schema.js';

/** From the type that the fewest columns fit to the one that takes the most. */
const candidates: readonly Omit<ColumnDefinition, 'name'>[] = [
  { type: 'text' },
  { type: 'boolean' },
  { type: 'bigint' },
  { type: 'double precision' },
  { type: 'date' },
  { type: 'timestamp' },
  { type: 'numeric' },
  { type: 'uuid' },
  { type: 'time' },
];

/** A column of a file, declared with the type that takes it; or why none does. */
export interface Declared {
  readonly name: string;
  readonly column?: ColumnDefinition;
  readonly reason?: string;
}

/** The columns of a file as a task would declare them. @throws BadInputError when its footer is refused */
export async function declareColumns(bytes: Uint8Array): Promise<Declared[]> {
  const { columns } = await readFooter(await RandomReader.open(bytes, bytes.length));
  return columns.map((column) => declare(column));
}

function declare(top: TopColumn): Declared {
  let reason = '';
  for (const candidate of candidates) {
    const column = { name: top.name, ...candidate };
    try {
      findColumns([column], [top]);
      return { name: top.name, column };
    } catch (error) {
      if (!(error instanceof BadInputError)) throw error;
      reason = `${error.code}: ${error.message.replace(/, expected .*/, '')}`;
    }
  }
  return { name: top.name, reason };
}
