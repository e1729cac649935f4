import type { RowPosition } from './row-query.js';
import type { PositionedRow } from './statement.js';

/** How far one of the ways through a table is to go. */
export interface Walk {
  readonly after: RowPosition | undefined;
  /** Rows to stop at. */
  readonly wanted: number;
  /** By `performance.now()`: from then on what was found is enough. */
  readonly deadline: number;
}

/** What lay on the way. */
export interface Found {
  readonly found: readonly PositionedRow[];
  /** Where to go on when fewer rows were found and there may be more; undefined at the end. */
  readonly next: RowPosition | undefined;
}
