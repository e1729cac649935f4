import type { ColumnDefinition, ColumnType, DatasetDefinition, TableDefinition } from './dataset.js';

/** How the distinct values of a column are found: in the dataset's summary, or along an index that begins with it. */
export interface ListedColumn {
  readonly column: ColumnDefinition;
  readonly by: 'summary' | 'index';
}

/** Types of which people choose a value; times and fractions they bound. */
const chosen: readonly ColumnType[] = ['text', 'integer', 'bigint', 'uuid'];

/** The columns whose distinct values can be listed without reading the whole table. */
export function listedColumnsOf(table: TableDefinition & Pick<DatasetDefinition, 'summary'>): ListedColumn[] {
  const summarized = new Set(table.partition === undefined ? [] : table.summary?.distinct);
  const indexed = new Set(table.indexes?.map(([first]) => first));
  return table.columns.flatMap((column): ListedColumn[] => {
    if (summarized.has(column.name)) return [{ column, by: 'summary' }];
    return indexed.has(column.name) && chosen.includes(column.type) ? [{ column, by: 'index' }] : [];
  });
}
