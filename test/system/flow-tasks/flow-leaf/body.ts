import { setTimeout as work } from 'node:timers/promises';
import { BadInputError, type TaskRun } from 'millrace';
import type { definition } from './definition.js';

/** Milliseconds of work before the commit, so that most deaths of a worker come in the middle of some leaves. */
const workMs = 20;

export const run: TaskRun<typeof definition> = async (context, { leaf, fails }) => {
  await work(workMs);
  await context.services.pool.query('SELECT FROM flow_test.gate');
  if (fails) throw new BadInputError('bad-leaf', `leaf ${leaf} is to fail`);
  return await context.commit(async (tx) => {
    await tx.query('INSERT INTO flow_test.leaf (leaf, run_id) VALUES ($1, $2)', [leaf, context.fence.runId]);
    return { sum: leaf };
  });
};
