import type { ColumnDefinition } from '#contracts/dataset.js';
import { BadInputError } from '#contracts/errors.js';
import type { LinkedTable } from '#database/linked/linked-table.js';
import { secondsColumn } from '#database/linked/stage.js';
import type { OpenFile } from '#inbox/open-file.js';
import { openParquet, type ParquetFile } from '#parquet/open-parquet.js';
import type { PageMemory } from '#parquet/page-memory.js';
import type { Stager } from './stager.js';

/** One of the ways in which a file may have the columns of a table. */
interface Variant {
  /** As the reader looks for them. */
  readonly columns: readonly ColumnDefinition[];
  /** The columns of the stage that they go into. */
  readonly names: readonly string[];
}

/**
 * Stages the rows of a parquet file with the columns of a table: its values are looked at in the stage. Times may be
 * timestamps, or unix seconds as integers or doubles; columns that may be empty may be missing.
 * @throws BadInputError as `openParquet` and its `writeRows` do
 */
export async function stageParquet(
  table: LinkedTable,
  stager: Stager,
  file: OpenFile,
  reading: { readonly memory: PageMemory; readonly signal: AbortSignal },
): Promise<void> {
  const { parquet, names } = await openVariant(table, file, reading);
  const rows = parquet.writeRows(stager.writer(table, [...names, 'file_id', 'ordinal']), file.id);
  try {
    while ((await rows.next()).done !== true) await stager.sendFull();
  } finally {
    await rows.return({ rows: 0 });
  }
}

async function openVariant(
  table: LinkedTable,
  file: OpenFile,
  reading: { readonly memory: PageMemory; readonly signal: AbortSignal },
): Promise<{ readonly parquet: ParquetFile; readonly names: readonly string[] }> {
  const time = table.columns.find(({ unixSeconds }) => unixSeconds === true);
  let misfit: BadInputError | undefined;
  for (const { columns, names } of variantsOf(table)) {
    try {
      return { parquet: await openParquet(file.content, file.size, { columns }, reading), names };
    } catch (error) {
      if (!(error instanceof BadInputError) || !isMisfit(error, time?.name)) throw error;
      misfit = error;
    }
  }
  if (!misfit) throw new Error(`${table.dataset} has no columns`);
  if (misfit.code !== 'wrong-type') throw misfit;
  throw new BadInputError(
    misfit.code,
    `column ${time?.name} has a type that is no time: expected INT64 (TIMESTAMP in MILLIS, MICROS or NANOS, adjusted to UTC), ` +
      'or INT64 or DOUBLE with unix seconds; write the file with one of these',
  );
}

/** Whether another variant may fit. */
const isMisfit = ({ code, message }: BadInputError, time: string | undefined): boolean =>
  code === 'missing-column' || (code === 'wrong-type' && time !== undefined && message.startsWith(`column ${time} `));

function variantsOf(table: LinkedTable): Variant[] {
  // What is wrong with single values is said of single rows, not of the file.
  const plain = table.columns.map(({ name, type, unixSeconds }) => ({ name, type, unixSeconds }));
  const required = table.columns.filter((column) => column.required === true).map(({ name }) => name);
  const sets = [
    plain,
    ...(required.length < plain.length ? [plain.filter(({ name }) => required.includes(name))] : []),
  ];
  return sets.flatMap((columns) => {
    const as = (type: ColumnDefinition['type'] | undefined, into: string | undefined): Variant => ({
      columns: columns.map(({ name, type: own, unixSeconds }) => ({
        name,
        type: unixSeconds === true ? (type ?? own) : own,
      })),
      names: columns.map(({ name, unixSeconds }) => (unixSeconds === true ? (into ?? name) : name)),
    });
    if (!columns.some(({ unixSeconds }) => unixSeconds === true)) return [as(undefined, undefined)];
    return [as(undefined, undefined), as('bigint', secondsColumn.integer), as('double precision', secondsColumn.real)];
  });
}
