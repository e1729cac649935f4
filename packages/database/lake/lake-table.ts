import { escapeIdentifier } from 'pg';
import type { ColumnType, TableDefinition } from '#contracts/dataset.js';
import type { ReadableDataset } from '#contracts/file-task.js';
import { valueSql } from '../queries/rows/statement.js';
import { quoteTable } from '../quote.js';

/** A column as a layer of the lake has it. */
export interface LakeColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly precision?: number;
  readonly scale?: number;
  /** SQL of its value, of a row `p`. */
  readonly sql: string;
}

/** Where the rows of a dataset's layer are read. */
export interface LakeTable {
  /** With its schema. */
  readonly table: string;
  readonly oneRowPerFile: boolean;
  readonly columns: readonly LakeColumn[];
  /** What is read of the table: what the columns' SQL is made of. */
  readonly needs: readonly string[];
  readonly dataset: string;
  readonly source: string;
  /** The column whose UTC day a row's partition is; undefined: the day on which its file was first seen. */
  readonly time: { readonly column: string; readonly type: ColumnType } | undefined;
}

/** The key of the lake's partitions, which stands in their folders' names and in no file. */
const partitionKey = 'imp_date';

/** The table of images has its records beside it. */
const imageTable = 'dwd.image';

/** The layer of rows with typed columns: those of the table, then `file_id` and `ordinal`. */
export function typedTable(readable: ReadableDataset): LakeTable {
  const { dataset } = readable;
  const declared = dataset.columns
    .filter(({ name }) => !isDayItself(dataset, name))
    .map(
      ({ name, type, precision, scale }): LakeColumn => ({
        // Readers take a column of the folder's name for the folder's.
        name: name === partitionKey ? `${name}_` : name,
        type,
        sql: valueSql(`p.${escapeIdentifier(name)}`, type),
        ...(precision === undefined ? {} : { precision }),
        ...(scale === undefined ? {} : { scale }),
      }),
    );
  return { ...tableOf(readable), columns: [...declared, fileId, ordinalOf(dataset)] };
}

/** The layer of records: the file's path, the position in it, the record as JSON, `file_id`. */
export function recordTable(readable: ReadableDataset): LakeTable {
  const { dataset } = readable;
  const own = dataset.columns.map(({ name }) => `p.${escapeIdentifier(name)}`).join(', ');
  const isImage = dataset.table === imageTable;
  const record = isImage ? 'p.record::text' : `(SELECT row_to_json(r)::text FROM (SELECT ${own}) r)`;
  const table = tableOf(readable);
  return {
    ...table,
    ...(isImage ? { table: 'ods.image', needs: ['record'] } : {}),
    columns: [
      { name: 'file_name', type: 'text', sql: '(SELECT f.path FROM ops.file f WHERE f.id = p.file_id)' },
      ordinalOf(dataset),
      { name: 'record', type: 'text', sql: record },
      fileId,
    ],
  };
}

const fileId: LakeColumn = { name: 'file_id', type: 'bigint', sql: 'p.file_id' };

const ordinalOf = ({ oneRowPerFile }: TableDefinition): LakeColumn => ({
  name: 'ordinal',
  type: 'integer',
  sql: oneRowPerFile === true ? '0' : 'p.ordinal',
});

function tableOf({ name, dataset, source }: ReadableDataset): Omit<LakeTable, 'columns'> {
  const { table, columns, partition, oneRowPerFile = false } = dataset;
  const time = columns.find((column) => column.name === partition?.column);
  return {
    table,
    oneRowPerFile,
    needs: columns.map((column) => column.name),
    dataset: name,
    source: source.name,
    time: time && { column: time.name, type: time.type },
  };
}

/** Whether a column says just what the folder's name says. */
const isDayItself = ({ partition, columns }: TableDefinition, name: string): boolean =>
  name === partitionKey && partition?.column === name && columns.find((each) => each.name === name)?.type === 'date';

/** SQL of the rows of a bundle of files as `p`, by file and position in it. @param where conditions on the table as `d` */
export function rowsSql({ table, columns, needs, oneRowPerFile }: LakeTable, where: string): string {
  const inner = ['file_id', ...(oneRowPerFile ? [] : ['ordinal']), ...needs.map((name) => escapeIdentifier(name))];
  const order = oneRowPerFile ? 'd.file_id' : 'd.file_id, d.ordinal';
  return `SELECT ${columns.map(({ sql }) => sql).join(', ')}
    FROM (SELECT ${inner.map((name) => `d.${name}`).join(', ')} FROM ${quoteTable(table)} d
      WHERE ${where} ORDER BY ${order}) p`;
}
