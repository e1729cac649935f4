import type { LogLine } from '#database/runs/history.js';

/** What the carrier's job shows of its run: a view for people, the truth is the record. */
export interface RunView {
  /** Shows lines of the log, and how far the run is. Never throws. */
  show(
    lines: readonly LogLine[],
    progress: { readonly done: number; readonly total: number } | undefined,
  ): Promise<void>;
  /** What the run has returned, once it has succeeded. */
  output: unknown;
  /** Whether it may have invoked runs that have not ended. */
  hasChildren: boolean;
}
