import type { ColumnDefinition, ColumnType, TableDefinition } from './dataset.js';

/** How a parameter compares a column with its value. */
export type FilterKind = 'equal' | 'from' | 'to' | 'min' | 'max' | 'contains';

/** A parameter of a dataset's address that leaves only some rows. */
export interface FilterParameter {
  /** As it is spelled: `measuredAtFrom`. */
  readonly name: string;
  readonly column: ColumnDefinition;
  readonly kind: FilterKind;
}

/** An order in which a dataset's rows can be read; ties are in the order of their files and places in them. */
export interface SortOrder {
  /** As it is spelled; with `-` before it the largest come first. */
  readonly name: string;
  /** `file` needs no index, `index` reads along one, `partition` sorts one partition after the other. */
  readonly by: 'file' | 'index' | 'partition';
  /** Columns of the table, in the order in which they count. */
  readonly columns: readonly string[];
}

/** What the fields of each row are called that are not declared. */
const ownFields = ['fileId', 'ordinal', 'runId'];
/** Parameters that are no filters. */
const ownParameters = ['sort', 'cursor', 'limit'];

const times: readonly FilterKind[] = ['equal', 'from', 'to'];
const numbers: readonly FilterKind[] = ['equal', 'min', 'max'];
const kinds: Readonly<Record<ColumnType, readonly FilterKind[]>> = {
  text: ['equal', 'contains'],
  integer: numbers,
  bigint: numbers,
  'double precision': numbers,
  numeric: numbers,
  boolean: ['equal'],
  uuid: ['equal'],
  date: times,
  time: times,
  timestamp: times,
  timestamptz: times,
};

/** The name of a column in answers and parameters: `measuredAt` for `measured_at`. */
export const fieldOf = (column: string): string =>
  column.replace(/_+([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/**
 * The filters that follow from a table's columns: the column's field for equal values, and behind it `From` and `To` (times
 * and dates), `Min` and `Max` (numbers) or `Contains` (texts).
 */
export function filterParametersOf({ columns }: Pick<TableDefinition, 'columns'>): FilterParameter[] {
  return columns.flatMap((column) =>
    kinds[column.type].map((kind) => {
      const suffix = kind === 'equal' ? '' : `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
      return { name: `${fieldOf(column.name)}${suffix}`, column, kind };
    }),
  );
}

/**
 * The orders that a table can be read in: by file, by the first column of each index (rows that are equal in it are in the
 * order of the index's further columns), and by the column of its partitions.
 */
export function sortOrdersOf({ indexes = [], partition }: TableDefinition): SortOrder[] {
  const orders = new Map<string, SortOrder>([['file_id', { name: 'fileId', by: 'file', columns: [] }]]);
  for (const columns of indexes) {
    const [first] = columns;
    if (first !== undefined && !orders.has(first)) orders.set(first, { name: fieldOf(first), by: 'index', columns });
  }
  if (partition !== undefined && !orders.has(partition.column)) {
    const { column } = partition;
    orders.set(column, { name: fieldOf(column), by: 'partition', columns: [column] });
  }
  return [...orders.values()];
}

/** What keeps a table's columns from having one name each in answers and parameters; undefined when nothing does. */
export function parameterFault(table: Pick<TableDefinition, 'columns'>): string | undefined {
  const taken = new Map<string, string>(
    [...ownFields, ...ownParameters].map((name) => [name, 'a parameter or field that every dataset has']),
  );
  for (const { name, column, kind } of filterParametersOf(table)) {
    const what = kind === 'equal' ? `the column ${column.name}` : `the filter "${kind}" of the column ${column.name}`;
    const other = taken.get(name);
    if (other !== undefined) return `${what} would be the parameter ${name}, as is ${other}; rename the column`;
    taken.set(name, what);
  }
  return undefined;
}
