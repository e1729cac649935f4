import pg from 'pg';
import { openPool, type Pool } from '#database/pool.js';
import type { BegunRun } from '#database/runs/attempt-types.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { withTimeLimit } from '#process/time-limit.js';
import { createRunRecord, groupKinds, type RunRecord } from '#runs/run-record.js';
import { startRun } from '#runs/start-run.js';
import { begun } from '#testing/task-runner.js';
import { withTestDatabase } from './database.js';
import { plainTask } from './stub-worker.js';

/** A run record as a worker process has it, with a session of its own for each kind of group. */
export interface TestRecord {
  readonly url: string;
  readonly pool: Pool;
  readonly record: RunRecord;
  /** Records a run. @returns its id */
  start(delayMs?: number): Promise<string>;
  /** Takes a run over for this worker; several at once begin in a group. */
  begin(runId: string): Promise<BegunRun>;
}

/** Of the worker that a test's runs are begun by. */
export const workerId = 'w';

export const withRunRecord = (work: (test: TestRecord) => Promise<void>): Promise<void> =>
  withTestDatabase(async ({ url, pool }) => {
    await beatHeart(pool, { id: workerId, host: 'test', pid: process.pid }, []);
    const groupPool = openPool({ url, name: 'millrace test', max: groupKinds, onError: () => {}, byKey: true });
    const record = createRunRecord({ groupPool, pool });
    try {
      await work({
        ...{ url, pool, record },
        async start(delayMs) {
          const delay = delayMs === undefined ? {} : { delayMs };
          return (await startRun({ pool, catalogue: new Map() }, plainTask, { input: {}, trigger: 'api', ...delay }))
            .id;
        },
        begin: async (runId) => begun(await record.begin({ runId, workerId })),
      });
    } finally {
      await groupPool.end();
    }
  });

/** The transaction that wrote a run's row last. */
export async function writerOf(pool: Pool, runId: string): Promise<string | undefined> {
  const { rows } = await pool.query<{ xmin: string }>('SELECT xmin::text FROM ops.run WHERE id = $1', [runId]);
  return rows[0]?.xmin;
}

/** Milliseconds for what is not to wait for a lock. */
const deadlineMs = 10_000;

/**
 * Does work while the row of a run is locked by another transaction. @throws Error when the work waits for it, as it seems
 */
export async function whileRunIsLocked<T>(url: string, runId: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT FROM ops.run WHERE id = $1 FOR UPDATE', [runId]);
    return await withTimeLimit(work(), deadlineMs, 'what is not to wait for the locked run');
  } finally {
    await client.end();
  }
}
