import type { OpenRun } from '#contracts/open-run.js';
import type { RunState } from '#contracts/states.js';
import { type Pool, type Tx, transaction } from '../pool.js';
import { endAttempt, type Fence, type RunError } from './attempts.js';

/** A run that another invoked, as its parent sees it. */
export interface InvokedRun {
  readonly id: string;
  readonly key: string;
  readonly task: string;
  readonly state: RunState;
  readonly output: unknown;
  readonly error: RunError | null;
}

/** The run that a parent knows under a key, if it has invoked it. */
export async function findInvoked(pool: Pool, parentId: string, key: string): Promise<InvokedRun | undefined> {
  const { rows } = await pool.query<InvokedRun>(
    'SELECT id, invoke_key AS key, task, state, output, error FROM ops.run WHERE parent_id = $1 AND invoke_key = $2',
    [parentId, key],
  );
  return rows[0];
}

const hasOpenChildren = `EXISTS (
  SELECT FROM ops.run child WHERE child.parent_id = parent.id AND child.state NOT IN ('succeeded', 'failed', 'cancelled'))`;

/**
 * Ends an attempt whose run waits for the runs it invoked. If all of them have ended meanwhile the run is queued again
 * at once. The lock on the run's row makes this and `wakeParent` one after the other, so no wake is missed.
 */
export async function suspendRun(pool: Pool, fence: Fence): Promise<'waiting' | 'queued'> {
  return await transaction(pool, async (tx) => {
    await tx.query('SELECT FROM ops.run WHERE id = $1 FOR UPDATE', [fence.runId]);
    const { rows } = await tx.query<{ waits: boolean }>(
      `SELECT ${hasOpenChildren} AS waits FROM ops.run parent WHERE parent.id = $1`,
      [fence.runId],
    );
    const state = rows[0]?.waits === true ? 'waiting' : 'queued';
    await endAttempt(tx, fence, { run: state, attempt: 'suspended' });
    return state;
  });
}

/**
 * Queues the parent of a run again if it waits and none of its children is open any more. Called in the transaction
 * that ends the child, after it has ended.
 * @returns the parent, when it was queued: its job is the caller's to add after the commit
 */
export async function wakeParent(tx: Tx, childId: string): Promise<OpenRun | undefined> {
  const locked = await tx.query<{ id: string }>(
    `SELECT id FROM ops.run WHERE id = (SELECT parent_id FROM ops.run WHERE id = $1) FOR UPDATE`,
    [childId],
  );
  const parentId = locked.rows[0]?.id;
  if (parentId === undefined) return undefined;
  const { rows } = await tx.query<{ id: string; queue: string; task: string; priority: number }>(
    `UPDATE ops.run parent SET state = 'queued', updated_at = now()
     WHERE parent.id = $1 AND parent.state = 'waiting' AND NOT ${hasOpenChildren}
     RETURNING id, queue, task, priority`,
    [parentId],
  );
  const woken = rows[0];
  return woken && { ...woken, delayMs: 0 };
}
