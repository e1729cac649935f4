import type { LinkedTables } from '#database/linked/linked-table.js';

/** Files whose rows go into several tables. */
export interface LinkedFiles {
  readonly tables: LinkedTables;
  /** The keys under which JSON has rows, each with the dataset that they are of. */
  readonly sections: Readonly<Record<string, string>>;
  /** The dataset whose rows a file has where it does not say so itself: all parquet, and JSON outside of sections. */
  datasetOf(path: string): string;
}
