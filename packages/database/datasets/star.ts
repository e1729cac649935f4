import { type ClientBase, escapeIdentifier } from 'pg';
import { idColumnOf } from '#contracts/check-star.js';
import type { DatasetDefinition, StarDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { quoteTable } from '../quote.js';
import { type TableColumn, tableColumns } from './columns.js';
import { blockRanges } from './indexes.js';

/** A dataset with a star. */
export type StarDataset = DatasetDefinition & { readonly star: StarDefinition };

/** Whether a dataset has a star. */
export const hasStar = (dataset: DatasetDefinition): dataset is StarDataset => dataset.star !== undefined;

/** Which files the fact table has, each by the run that loaded it. */
export const starFilesTable = ({ star }: StarDataset): string => `${star.fact}_file`;

/** The dataset's columns that stand in the fact table as they are, `file_id` and `ordinal` among them. */
export function keptColumns(dataset: StarDataset): TableColumn[] {
  const named = new Set(dataset.star.dimensions.map(({ column }) => column));
  return tableColumns(dataset).filter(({ name }) => !named.has(name));
}

/** A table of a star as it is to be made. */
interface StarTable {
  readonly table: string;
  readonly columns: readonly TableColumn[];
  /** What else stands in each column's definition, by its name. */
  readonly constraints: Readonly<Record<string, string>>;
  /** Columns of its index over block ranges, each of which it finds by itself; none if there are none. */
  readonly blockRanges: readonly string[];
}

/**
 * Makes the tables and the view of a dataset's star that are not there; the dataset's own table is.
 * @returns what was made, for the log
 * @throws SetupError when a table of that name is not as it would be made
 */
export async function ensureStar(client: ClientBase, dataset: DatasetDefinition): Promise<string[]> {
  if (!hasStar(dataset)) return [];
  const changes: string[] = [];
  for (const table of starTables(dataset)) {
    const found = await readColumns(client, table.table);
    if (found.length > 0) {
      compare(dataset, table, found);
      continue;
    }
    await createTable(client, table);
    changes.push(`made the table ${table.table}`);
  }
  const { view } = dataset.star;
  const { rows } = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [
    quoteTable(view),
  ]);
  if (rows[0]?.there !== true) {
    await client.query(`CREATE VIEW ${quoteTable(view)} AS ${viewQuery(dataset)}`);
    changes.push(`made the view ${view}`);
  }
  return changes;
}

function starTables(dataset: StarDataset): StarTable[] {
  const { star } = dataset;
  const columns = tableColumns(dataset);
  const dimensions = star.dimensions.map(({ table, column, belongsTo }): StarTable => {
    const type = columns.find(({ name }) => name === column)?.type ?? 'text';
    const parent = belongsTo === undefined ? undefined : idColumnOf({ table: belongsTo });
    return {
      table,
      columns: [
        { name: 'id', type: 'integer', notNull: true },
        { name: column, type, notNull: true },
        ...(parent === undefined
          ? []
          : [
              { name: parent, type: 'integer', notNull: false },
              // The file that says where it belongs: one with a higher id may say otherwise.
              { name: 'file_id', type: 'bigint', notNull: false },
            ]),
      ],
      constraints: {
        id: 'GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
        [column]: 'UNIQUE',
        ...(parent === undefined || belongsTo === undefined ? {} : { [parent]: `REFERENCES ${quoteTable(belongsTo)}` }),
      },
      blockRanges: [],
    };
  });
  const times = dataset.partition === undefined ? [] : [dataset.partition.column];
  const files = starFilesTable(dataset);
  return [
    ...dimensions,
    {
      table: star.fact,
      columns: factColumns(dataset),
      // No foreign keys: checking each row would cost more than writing it, and only refresh-star writes here.
      constraints: {},
      // One index over both: bringing it up to date reads the rows once.
      blockRanges: ['file_id', ...times],
    },
    {
      table: files,
      columns: [
        { name: 'file_id', type: 'bigint', notNull: true },
        { name: 'run_id', type: 'uuid', notNull: false },
      ],
      constraints: { file_id: 'PRIMARY KEY' },
      blockRanges: [],
    },
  ];
}

/** Wide ones first, so that no row has holes for the alignment of the next column; eight bytes a row here. */
function factColumns(dataset: StarDataset): TableColumn[] {
  const ids = dataset.star.dimensions.map((dimension) => ({
    name: idColumnOf(dimension),
    type: 'integer',
    notNull: false,
  }));
  const isNarrow = ({ type }: TableColumn): boolean => ['integer', 'date'].includes(type);
  const kept = keptColumns(dataset);
  return [...kept.filter((column) => !isNarrow(column)), ...kept.filter(isNarrow), ...ids];
}

function viewQuery(dataset: StarDataset): string {
  const { star } = dataset;
  const columns = tableColumns(dataset).map(({ name }) => {
    const dimension = star.dimensions.findIndex(({ column }) => column === name);
    return `${dimension < 0 ? 'fact' : `d${dimension}`}.${escapeIdentifier(name)}`;
  });
  const joins = star.dimensions.map(
    (dimension, n) =>
      ` LEFT JOIN ${quoteTable(dimension.table)} d${n} ON d${n}.id = fact.${escapeIdentifier(idColumnOf(dimension))}`,
  );
  return `SELECT ${columns.join(', ')} FROM ${quoteTable(star.fact)} fact${joins.join('')}`;
}

async function createTable(
  client: ClientBase,
  { table, columns, constraints, blockRanges: rangesOf }: StarTable,
): Promise<void> {
  const lines = columns.map(({ name, type, notNull }) => {
    const constraint = constraints[name];
    return `${escapeIdentifier(name)} ${type}${notNull ? ' NOT NULL' : ''}${constraint === undefined ? '' : ` ${constraint}`}`;
  });
  const schema = escapeIdentifier(table.slice(0, table.indexOf('.')));
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await client.query(`CREATE TABLE ${quoteTable(table)} (${lines.join(', ')})`);
  if (rangesOf.length === 0) return;
  await client.query(`CREATE INDEX ON ${quoteTable(table)} ${blockRanges(rangesOf)}`);
}

function compare(dataset: StarDataset, { table, columns }: StarTable, found: readonly TableColumn[]): void {
  const words = (list: readonly TableColumn[]): string =>
    list
      .map(({ name, type, notNull }) => `${name} ${type}${notNull ? ' NOT NULL' : ''}`)
      .sort()
      .join(', ');
  if (words(columns) === words(found)) return;
  const { fact, view } = dataset.star;
  throw new SetupError(
    `the table ${table} of the star of ${dataset.table} expected the columns ${words(columns)}, there are ${words(found)}; ` +
      `drop it, the view ${view} and the tables ${fact} and ${starFilesTable(dataset)} (they are made anew, and the task refresh-star fills them), or rename it`,
  );
}

async function readColumns(client: ClientBase, table: string): Promise<TableColumn[]> {
  const { rows } = await client.query<TableColumn>(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS "notNull" FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quoteTable(table)],
  );
  return rows;
}
