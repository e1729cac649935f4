import { readWithPending } from '../changes/pending.js';
import type { Pool } from '../pool.js';
import type { RunFilter } from './run-filter.js';
import { readRuns } from './run-pages.js';

/** A run that failed, and why. */
export interface Failure {
  readonly id: string;
  readonly task: string;
  /** Name of the error; null where none was recorded, as the code and the message. */
  readonly error: string | null;
  readonly code: string | null;
  /** At most its first 1,000 characters. */
  readonly message: string | null;
  readonly endedAt: Date;
}

/** The newest failed runs of a task or a time, the last recorded first. Given up after a while: SQLSTATE 57014. */
export async function listFailures(
  pool: Pool,
  filter: Pick<RunFilter, 'task' | 'from' | 'to'>,
  limit: number,
): Promise<Failure[]> {
  const { rows } = await readWithPending(pool, (tx, rolledUp) =>
    readRuns<Failure & { readonly key: string }>(
      tx,
      rolledUp,
      { ...filter, states: ['failed'] },
      { shown, after: undefined, limit, sort: '-createdAt' },
    ),
  );
  return rows;
}

const shown = `r.id, r.task, r.error ->> 'name' AS error, r.error ->> 'code' AS code, left(r.error ->> 'message', 1000) AS message,
  COALESCE(r.ended_at, r.updated_at) AS "endedAt"`;
