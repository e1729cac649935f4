import { escapeIdentifier } from 'pg';
import type { ColumnType, TableDefinition } from '#contracts/dataset.js';
import type { SortOrder } from '#contracts/dataset-parameters.js';

/** A column that rows are sorted by. */
export interface SortKey {
  readonly name: string;
  /** Its SQL, of the table as `d`. */
  readonly sql: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** The columns that give each row of a table its position in an order: those of the order, then file and ordinal. */
export function sortKeys(table: TableDefinition, order: SortOrder): SortKey[] {
  const positions = table.oneRowPerFile === true ? ['file_id'] : ['file_id', 'ordinal'];
  return [...new Set([...order.columns, ...positions])].map((name): SortKey => {
    const column = table.columns.find((each) => each.name === name);
    const own = name === 'file_id' ? 'bigint' : 'integer';
    return {
      name,
      sql: `d.${escapeIdentifier(name)}`,
      type: column?.type ?? own,
      nullable: column !== undefined && column.required !== true,
    };
  });
}
