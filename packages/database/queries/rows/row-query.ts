import type { TableDefinition } from '#contracts/dataset.js';
import type { SortOrder } from '#contracts/dataset-parameters.js';

/** What a column's value has to be. Times are ISO-8601 texts, decimals and bigints texts of digits. */
export interface RowCondition {
  /** A declared column. */
  readonly column: string;
  /** `contains`: the value stands somewhere in the text, capitals or not. */
  readonly operator: '=' | '>=' | '<=' | 'contains';
  readonly value: string | number | boolean;
}

/** Which rows of a dataset are wanted, and in which order. */
export interface RowQuery {
  /** The table, or a view of some of its rows with the same columns. */
  readonly table: TableDefinition;
  /** The source whose loaded files hold the rows. */
  readonly source: string;
  /** Of all of these. */
  readonly conditions: readonly RowCondition[];
  readonly fileId?: string | undefined;
  /** One of `sortOrdersOf(table)`. */
  readonly order: SortOrder;
  readonly descending: boolean;
}

/**
 * Where to go on in an order: the values of its keys as texts. By file the first one alone means all rows of that file;
 * by partition a position may lie between two rows.
 */
export type RowPosition = readonly (string | null)[];

/** A value of a row: `bigint` and `numeric` as text, which keeps their digits; dates and times as ISO-8601. */
export type RowValue = string | number | boolean | null;

/** One row of a dataset. */
export interface DatasetRow {
  readonly fileId: string;
  /** Place in its file, from 0. */
  readonly ordinal: number;
  /** The run that loaded it. */
  readonly runId: string | null;
  /** Of the declared columns, in their order. */
  readonly values: readonly RowValue[];
}
