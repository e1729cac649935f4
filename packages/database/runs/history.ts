import type { Queryable } from '../pool.js';
import { storableJson, storableText } from '../storable.js';
import type { Fence } from './attempt-types.js';

/** One line of an attempt's log. */
export interface LogLine {
  readonly at: Date;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields?: Record<string, unknown>;
}

/** An attempt that says something. */
export interface Speaker extends Fence {
  /** Name of the task, by which lines are found, too. */
  readonly task: string;
}

/** A line and the attempt that says it. */
export interface AttemptLogLine extends LogLine {
  readonly fence: Speaker;
}

/** Stores lines of attempts' logs, outside any transaction of the work: they stay when the work is rolled back. */
export async function appendLog(db: Queryable, lines: readonly AttemptLogLine[]): Promise<void> {
  await db.query({
    name: 'append-log',
    text: `INSERT INTO ops.log (run_id, attempt, at, level, message, fields, task)
     SELECT l.run_id, l.attempt, l.at, l.level, l.message, l.fields, l.task
     FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::jsonb[], $7::text[])
       WITH ORDINALITY AS l (run_id, attempt, at, level, message, fields, task, nth)
     ORDER BY l.nth`,
    values: [
      lines.map(({ fence }) => fence.runId),
      lines.map(({ fence }) => fence.attempt),
      lines.map((line) => line.at),
      lines.map((line) => line.level),
      lines.map((line) => storableText(line.message)),
      lines.map((line) => storableJson(line.fields)),
      lines.map(({ fence }) => fence.task),
    ],
  });
}

/** Says how far an attempt is, or how far it got; ignored when a later one has the run. */
export async function recordProgress(db: Queryable, fence: Fence, done: number, total: number): Promise<void> {
  await db.query(
    `UPDATE ops.run SET progress_done = $3, progress_total = $4
     WHERE id = $1 AND attempt = $2`,
    [fence.runId, fence.attempt, Math.round(done), Math.round(total)],
  );
}
