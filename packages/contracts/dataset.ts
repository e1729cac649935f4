/** Types of a dataset's columns, in PostgreSQL's words. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'bigint'
  | 'double precision'
  | 'boolean'
  | 'numeric'
  | 'uuid'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz';

/**
 * How rows stand in a dataset's files. `parquet`: columns at the top level of the schema. `json`: an event per row with
 * the columns as its fields; the events as a list, below `wrapperKey` of an object, or newline-delimited.
 */
export type FileFormat = 'parquet' | 'json';

/** One column of a dataset's table, and of the files that it is loaded from. */
export interface ColumnDefinition {
  /** Name in the table; in the file, too, unless `from` says otherwise. */
  readonly name: string;
  readonly type: ColumnType;
  /** Most characters, for `text`; the column is then a `varchar` of that length. */
  readonly maxLength?: number;
  /**
   * Most digits, for `numeric`, up to 1000; left out, a value has as many as it comes with. Values are never rounded.
   */
  readonly precision?: number;
  /** Of those, digits behind the point; 0 if left out. */
  readonly scale?: number;
  /** A row without a value is refused; left out, values may be missing. */
  readonly required?: boolean;
  /** Name in the file. */
  readonly from?: string;
  /** What its values mean, for people. */
  readonly description?: string;
  /** What a value counts or measures, for people: `km/h`, `persons`. */
  readonly unit?: string;
  /** A value as it may come, for people. */
  readonly example?: string | number | boolean;
}

/** By which column a table is partitioned, and how wide the partitions are that are made for small loads. */
export interface PartitionDefinition {
  /** A required column of type `timestamp` or `timestamptz`; of a table that a migration makes also `date`. */
  readonly column: string;
  readonly every: 'day' | 'month' | 'year';
}

/**
 * Which rows go when a file is loaded, in the same transaction. `file`: those of older versions of its path. `day`:
 * also those of every other file of the source whose rows lie on the same day of the partition column; each file then
 * has the rows of one day. `table`: also those of all other files of the source; each file then is the whole dataset.
 */
export type ReplaceScope = 'file' | 'day' | 'table';

/**
 * A table whose rows a source's files become, as people read it at `/api/datasets/{name of the source}`. Beside the
 * declared columns it has `file_id` and `ordinal`, which lead each row to its place in its file.
 */
export interface TableDefinition {
  /** With its schema: `dwh.data_sample`. */
  readonly table: string;
  readonly description: string;
  readonly columns: readonly ColumnDefinition[];
  readonly partition?: PartitionDefinition;
  /** Columns of each further index; there is always one by file. Rows can be sorted by the first column of each. */
  readonly indexes?: readonly (readonly string[])[];
  /** The column whose values rows of other datasets refer to; files of those may wait for rows of this one. */
  readonly key?: string;
  /** Files have one row each, and the table has no column `ordinal`. */
  readonly oneRowPerFile?: boolean;
  /** A route of its own that lists the rows and takes `fileId`; links to rows lead there. */
  readonly route?: string;
}

/** A table that Millrace makes when it starts, and loads files into. */
export interface DatasetDefinition extends TableDefinition {
  readonly replace: ReplaceScope;
  /** For `json`: the key, or its variants, of an object around the list of events. */
  readonly wrapperKey?: string | readonly string[];
  /** Has the rows kept once more with numbers instead of names; the task `refresh-star` keeps it up to date. */
  readonly star?: StarDefinition;
  /** A view of this name in the schema `public` shows the table, so that people need not name its schema. */
  readonly view?: string;
  /**
   * Has figures kept of each file, in the transaction that loads it, so that `/api/datasets/{name}/stats` answers at once
   * however many rows there are. For format `parquet` and tables with a partition column.
   */
  readonly summary?: SummaryDefinition;
}

/**
 * Which figures of a dataset are kept, beside its rows and the minutes of the partition column that have some. They stand
 * in a table of the dataset's name and `_summary`, the distinct values in one with `_value`. Both are derived: they may be
 * dropped together while nothing is loaded, and are then made and filled anew.
 */
export interface SummaryDefinition {
  /**
   * Columns whose distinct values are counted, of type `text` with a `maxLength`. Meant for some ten thousand values at
   * most: each file keeps a bit per value.
   */
  readonly distinct?: readonly string[];
  readonly differences?: readonly DifferenceDefinition[];
}

/** The whole days, rounded down, from one time of a row to another: how many rows have each number of them. */
export interface DifferenceDefinition {
  /** A column of type `timestamp` or `timestamptz`. */
  readonly from: string;
  /** Another of the same type. */
  readonly to: string;
  readonly unit: 'day';
}

/**
 * A star: dimension tables that hold each name once, a fact table with their ids instead of the names, and a view over
 * both with the columns of the dataset's table. All are derived: they may be dropped, and are then made and filled
 * anew.
 */
export interface StarDefinition {
  /** Table of the facts, with its schema. Which files it has stands beside it, in a table of that name and `_file`. */
  readonly fact: string;
  readonly view: string;
  /** One that another belongs to stands before that one. */
  readonly dimensions: readonly DimensionDefinition[];
}

/** A table with an id for each value of a column, which is named `<table>_id` in the fact table. */
export interface DimensionDefinition {
  /** With its schema: `dwh.sensor`. */
  readonly table: string;
  /** Column of the dataset, of type `text` with a `maxLength`; named the same here. */
  readonly column: string;
  /**
   * Table of the dimension that each member belongs to, by the file with the highest id that names both. Facts keep
   * what their own row says.
   */
  readonly belongsTo?: string;
}
