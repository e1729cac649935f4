import type { ColumnDefinition, DatasetDefinition } from '#contracts/dataset.js';

/** The columns of a dataset's table that are not declared: which file a row came from, and its number in it. */
const originColumns = [
  { name: 'file_id', type: 'bigint', notNull: true },
  { name: 'ordinal', type: 'integer', notNull: true },
] as const;

/** A column of a table, as PostgreSQL's `format_type` names its type. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}

/** The columns of a dataset's table in the order in which they are made. */
export function tableColumns({ columns }: Pick<DatasetDefinition, 'columns'>): TableColumn[] {
  const declared = columns.map((column) => ({
    name: column.name,
    type: typeOf(column),
    notNull: column.required === true,
  }));
  return [...declared, ...originColumns];
}

/** Their names, as rows are copied into them. */
export function datasetColumns(dataset: DatasetDefinition): string[] {
  return tableColumns(dataset).map(({ name }) => name);
}

function typeOf({ type, maxLength, precision, scale = 0 }: ColumnDefinition): string {
  if (type === 'text') return maxLength === undefined ? 'text' : `character varying(${maxLength})`;
  if (type === 'numeric') return precision === undefined ? 'numeric' : `numeric(${precision},${scale})`;
  if (type === 'time') return 'time without time zone';
  if (type === 'timestamp') return 'timestamp without time zone';
  return type === 'timestamptz' ? 'timestamp with time zone' : type;
}
