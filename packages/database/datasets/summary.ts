import { type ClientBase, escapeIdentifier, escapeLiteral } from 'pg';
import { differenceColumns } from '#contracts/check-summary.js';
import type { DatasetDefinition, PartitionDefinition, SummaryDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import type { Queryable } from '../pool.js';
import { quoteTable } from '../quote.js';
import { type TableColumn, tableColumns } from './columns.js';

/** A dataset with a summary. */
export type SummarizedDataset = DatasetDefinition & {
  readonly summary: SummaryDefinition;
  readonly partition: PartitionDefinition;
};

/** Whether a dataset has a summary. */
export const hasSummary = (dataset: DatasetDefinition): dataset is SummarizedDataset =>
  dataset.summary !== undefined && dataset.partition !== undefined;

/**
 * The figures of each file, a row per day and chunk. A file that has been looked at and has no rows has one of the day
 * `-infinity`.
 */
export const summaryTable = ({ table }: Pick<DatasetDefinition, 'table'>): string => `${table}_summary`;

/** The distinct values, each with the id that says which bit stands for it. */
export const valueTable = ({ table }: Pick<DatasetDefinition, 'table'>): string => `${table}_value`;

/** Values with neighbouring ids that a chunk of bits stands for: bit n of chunk c is the value c * 4096 + n. */
export const chunkValues = 4096;
export const minutesPerDay = 1440;

/**
 * The summary's columns in the order in which they are made and copied. Rows, minutes and differences are in chunk 0. Bits
 * end behind the last one that is set, or later.
 */
export function summaryColumns({ columns, summary }: SummarizedDataset): TableColumn[] {
  const { distinct = [], differences = [] } = summary;
  return [
    { name: 'file_id', type: 'bigint', notNull: true },
    { name: 'day', type: 'date', notNull: true },
    { name: 'chunk', type: 'integer', notNull: true },
    { name: 'rows', type: 'integer', notNull: true },
    { name: 'minutes', type: `bit varying(${minutesPerDay})`, notNull: false },
    ...distinct.map((name) => ({ name, type: `bit varying(${chunkValues})`, notNull: false })),
    ...differences.flatMap((difference) => {
      const type = tableColumns({ columns }).find(({ name }) => name === difference.to)?.type ?? '';
      const names = differenceColumns(difference);
      return [
        { name: names.days, type: 'integer[]', notNull: false },
        { name: names.rows, type: 'integer[]', notNull: false },
        { name: names.least, type, notNull: false },
        { name: names.greatest, type, notNull: false },
      ];
    }),
  ];
}

/** Takes away the figures of files. */
export async function removeSummaries(
  tx: Queryable,
  dataset: Pick<DatasetDefinition, 'table'>,
  fileIds: readonly bigint[],
): Promise<void> {
  if (fileIds.length === 0) return;
  await tx.query(`DELETE FROM ${quoteTable(summaryTable(dataset))} WHERE file_id = ANY($1::bigint[])`, [fileIds]);
}

/** Takes away the figures of files that are not loaded from the source (any more). */
export async function removeStraySummaries(
  tx: Queryable,
  dataset: Pick<DatasetDefinition, 'table'>,
  source: string,
): Promise<number> {
  const { rowCount } = await tx.query(
    `DELETE FROM ${quoteTable(summaryTable(dataset))} s
     WHERE NOT EXISTS (SELECT FROM ops.file f WHERE f.id = s.file_id AND f.source = $1 AND f.state = 'loaded')`,
    [source],
  );
  return rowCount ?? 0;
}

/**
 * Makes the tables of a dataset's summary that are not there.
 * @returns what was made, for the log
 * @throws SetupError when a table of that name is not as it would be made
 */
export async function ensureSummary(client: ClientBase, dataset: DatasetDefinition): Promise<string[]> {
  if (!hasSummary(dataset)) return [];
  const values: TableColumn[] = [
    { name: 'column_name', type: 'text', notNull: true },
    { name: 'id', type: 'integer', notNull: true },
    { name: 'value', type: 'text', notNull: true },
  ];
  return [
    ...(await ensureTable(client, dataset, {
      name: valueTable(dataset),
      columns: values,
      keys: ['PRIMARY KEY (column_name, id)', 'UNIQUE (column_name, value)'],
      words: `Distinct values of ${dataset.table}, each with the bit that stands for it in ${summaryTable(dataset)}`,
    })),
    ...(await ensureTable(client, dataset, {
      name: summaryTable(dataset),
      columns: summaryColumns(dataset),
      keys: ['PRIMARY KEY (file_id, day, chunk)'],
      words: `Figures of each file of ${dataset.table} by day, kept by the load; what /stats answers from`,
    })),
  ];
}

interface WantedTable {
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly keys: readonly string[];
  readonly words: string;
}

async function ensureTable(
  client: ClientBase,
  dataset: SummarizedDataset,
  { name, columns, keys, words }: WantedTable,
): Promise<string[]> {
  const { rows: found } = await client.query<TableColumn>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS "notNull" FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quoteTable(name)],
  );
  if (found.length > 0) {
    const [wanted, is] = [columns, found].map((list) => list.map(describe).sort().join(', '));
    if (wanted === is) return [];
    throw new SetupError(
      `the table ${name} of the summary of ${dataset.table} expected the columns ${wanted}, there are ${is}; ` +
        `drop ${summaryTable(dataset)} and ${valueTable(dataset)} (they are made anew, and the task refresh-summary fills them), or rename it`,
    );
  }
  const lines = columns.map(({ name: column, type, notNull }) => {
    return `${escapeIdentifier(column)} ${type}${notNull ? ' NOT NULL' : ''}`;
  });
  await client.query(`CREATE TABLE ${quoteTable(name)} (${[...lines, ...keys].join(', ')})`);
  await client.query(`COMMENT ON TABLE ${quoteTable(name)} IS ${escapeLiteral(words)}`);
  return [`made the table ${name}`];
}

const describe = ({ name, type, notNull }: TableColumn): string => `${name} ${type}${notNull ? ' NOT NULL' : ''}`;
