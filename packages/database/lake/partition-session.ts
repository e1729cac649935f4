import { setTimeout as wait } from 'node:timers/promises';
import { FencedError } from '#contracts/errors.js';
import type { Pool, Tx } from '../pool.js';
import type { Fence } from '../runs/attempt-types.js';
import { listLostAttempts } from '../runs/held-attempts.js';
import { cancelStatement, sessionName } from '../runs/run-sessions.js';

/** Milliseconds between two looks whether a lock is free, and between two cancels of a statement. */
const againMs = 250;

/**
 * Does work in a session of its own, named after the run, so that a later attempt ends it; its locks go with it. A
 * statement under way is cancelled when the signal is aborted.
 */
export async function inRunSession<T>(
  pool: Pool,
  { fence, signal }: { fence: Fence; signal: AbortSignal },
  work: (session: Tx) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  // Its statements fail as well, and say so.
  client.on('error', () => {});
  let timer: NodeJS.Timeout | undefined;
  let arm: (() => void) | undefined;
  try {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT set_config('application_name', $1, false), pg_backend_pid() AS pid`,
      [sessionName(fence.runId)],
    );
    const session = { runId: fence.runId, pid: rows[0]?.pid ?? 0 };
    arm = () => {
      timer = setInterval(() => void cancelStatement(pool, session).catch(() => {}), againMs);
    };
    signal.addEventListener('abort', arm, { once: true });
    signal.throwIfAborted();
    return await work(client);
  } finally {
    if (arm) signal.removeEventListener('abort', arm);
    clearInterval(timer);
    client.release(true);
  }
}

/**
 * Locks a thing of a name for the session, and waits while another has it. A session that an earlier attempt of the same
 * run has left is ended.
 */
export async function lockName(session: Tx, name: string, fence: Fence, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await session.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
      [name],
    );
    if (rows[0]?.held === true) return;
    await session.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = $1 AND pid <> pg_backend_pid() AND datname = current_database()
         AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)`,
      [sessionName(fence.runId)],
    );
    await wait(againMs, undefined, { signal });
  }
}

export async function unlockName(session: Tx, name: string): Promise<void> {
  await session.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name]);
}

/** @throws FencedError when the attempt holds its run no more */
export async function refuseUnlessHeld(session: Tx, fence: Fence): Promise<void> {
  const [lost] = await listLostAttempts(session, [fence]);
  if (lost) throw new FencedError(`attempt ${fence.attempt} of run ${fence.runId} no longer holds it: ${lost.reason}`);
}
