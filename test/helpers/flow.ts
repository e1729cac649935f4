import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { definition } from '../system/flow-tasks/flow-root/definition.js';
import { count } from './ledger.js';
import type { Platform } from './platform.js';
import { startTask } from './start-task.js';
import { waitFor } from './wait.js';

/** The folder of the tasks of which flows are made, for TASKS_DIR. */
export const flowTasks = fileURLToPath(new URL('../system/flow-tasks', import.meta.url));

/** A flow of three levels: a root, its middles, and the leaves of each middle. */
export interface FlowShape {
  readonly middles: number;
  /** Of each middle. */
  readonly leaves: number;
  /** Which leaves of each middle fail, counted from 0. */
  readonly failing?: readonly number[];
  /** The middles catch the failures of their leaves; else they fail as well, and the root with them. */
  readonly catches?: boolean;
  /** The middles invoke half of their leaves in their first attempt, and all in the second. */
  readonly inHalves?: boolean;
}

/** How the root of a flow ended. */
export interface EndedRoot {
  readonly state: string;
  readonly output: { readonly sum: number } | null;
  readonly error: { readonly name: string; readonly message: string } | null;
}

export const leavesOf = ({ middles, leaves }: FlowShape): number => middles * leaves;
/** What the root of a flow gives when no leaf fails: the leaves' numbers, from 0, added up. */
export const sumOf = (shape: FlowShape): number => (leavesOf(shape) * (leavesOf(shape) - 1)) / 2;

/**
 * Makes the table of the rows that leaves write, without a key, so that a leaf may be there twice; and one that they
 * read before they commit: to lock it holds them in the middle of their work.
 */
export async function makeFlowTables(pool: pg.Pool): Promise<void> {
  await pool.query('CREATE SCHEMA flow_test');
  await pool.query('CREATE TABLE flow_test.leaf (leaf integer NOT NULL, run_id uuid NOT NULL)');
  await pool.query('CREATE TABLE flow_test.gate ()');
}

/** Starts a flow as the API does. @returns the id of its root */
export async function startFlow(platform: Platform, shape: FlowShape): Promise<string> {
  const input = { failing: [], catches: false, inHalves: false, ...shape };
  return await startTask(platform, definition, input);
}

/** Waits until the root of a flow has ended. */
export async function waitForRoot({ pool }: Platform, root: string): Promise<EndedRoot> {
  return await waitFor(
    'the root has ended',
    async () => {
      const { rows } = await pool.query<EndedRoot>(
        'SELECT state, output, error FROM ops.run WHERE id = $1 AND ended_at IS NOT NULL',
        [root],
      );
      return rows[0];
    },
    { deadlineMs: 90_000, show: () => openRuns(pool, root) },
  );
}

/** How many runs of a flow each task has in each state that is not an end. */
async function openRuns(pool: pg.Pool, root: string): Promise<string> {
  const { rows } = await pool.query(
    `SELECT task, state, count(*)::int AS runs FROM ops.run WHERE root_id = $1 AND ended_at IS NULL GROUP BY 1, 2`,
    [root],
  );
  return JSON.stringify(rows);
}

/** How far all flows have come: the share of their leaves that are recorded, and of those that have ended, from 0 to 2. */
export async function progressOf(pool: pg.Pool, leaves: number): Promise<number> {
  const done = `SELECT count(*) + count(ended_at) FROM ops.run WHERE task = 'flow-leaf'`;
  return (await count(pool, done)) / leaves;
}

/** Each finds what must never be in a flow whose root, $1, has ended; a row of an answer is a broken promise. */
const violations: Readonly<Record<string, string>> = {
  'a run of the flow is open': `
    SELECT id, task, state FROM flow WHERE state NOT IN ('succeeded', 'failed') OR ended_at IS NULL`,
  'an attempt never ended': `
    SELECT a.run_id, a.number FROM flow JOIN ops.attempt a ON a.run_id = flow.id
    WHERE a.state = 'running' OR a.ended_at IS NULL`,
  'a run did not end with its last attempt': `
    SELECT flow.id, task, flow.state, a.state AS attempt
    FROM flow LEFT JOIN ops.attempt a ON a.run_id = flow.id AND a.number = flow.attempt
    WHERE a.state IS NULL OR a.state::text <> flow.state::text`,
  'an attempt before the last had another end than it can have': `
    SELECT flow.id, task, a.number, a.state FROM flow JOIN ops.attempt a ON a.run_id = flow.id
    WHERE a.number <> flow.attempt AND a.state NOT IN ('lost', 'suspended', 'released', 'failed')`,
  'a run counts other losses than its attempts': `
    SELECT flow.id, task, losses, count(a.number)
    FROM flow LEFT JOIN ops.attempt a ON a.run_id = flow.id AND a.state = 'lost'
    GROUP BY 1, 2, 3 HAVING losses <> count(a.number)`,
  'a leaf has more than one run': `
    SELECT input->>'leaf' AS leaf, count(*) FROM flow WHERE task = 'flow-leaf' GROUP BY 1 HAVING count(*) <> 1`,
  'a leaf that succeeded has not exactly one row, or one that failed has any': `
    SELECT flow.id, flow.state, count(l.leaf) FROM flow LEFT JOIN flow_test.leaf l ON l.run_id = flow.id
    WHERE task = 'flow-leaf' GROUP BY 1, 2 HAVING count(l.leaf) <> (flow.state = 'succeeded')::int`,
  'a row is of another leaf than its run': `
    SELECT flow.id, l.leaf FROM flow JOIN flow_test.leaf l ON l.run_id = flow.id
    WHERE (input->>'leaf')::int IS DISTINCT FROM l.leaf`,
  'a row is of no run': `SELECT FROM flow_test.leaf l WHERE NOT EXISTS (SELECT FROM ops.run r WHERE r.id = l.run_id)`,
};

/** Compares the record of a flow whose root has ended with its shape and with the rows of its leaves. */
export async function assertFlow(pool: pg.Pool, root: string, shape: FlowShape): Promise<void> {
  for (const [what, sql] of Object.entries(violations)) {
    const flow = 'WITH flow AS (SELECT * FROM ops.run WHERE root_id = $1)';
    // Some ask for no run of the flow; the parameter is there all the same.
    const { rows } = await pool.query(`${flow} SELECT * FROM (${sql}) wrong, (SELECT $1::uuid AS root) asked`, [root]);
    assert.deepEqual(rows, [], what);
  }
  const { rows } = await pool.query(
    `SELECT count(*) FILTER (WHERE task = 'flow-middle')::int AS middles,
       count(*) FILTER (WHERE task = 'flow-leaf')::int AS leaves,
       count(*) FILTER (WHERE task = 'flow-leaf' AND state = 'succeeded')::int AS succeeded,
       count(*) FILTER (WHERE task = 'flow-leaf' AND state = 'failed')::int AS failed
     FROM ops.run WHERE root_id = $1`,
    [root],
  );
  const { middles, failing = [] } = shape;
  const leaves = leavesOf(shape);
  const failed = middles * failing.length;
  assert.deepEqual(rows, [{ middles, leaves, succeeded: leaves - failed, failed }]);
}
