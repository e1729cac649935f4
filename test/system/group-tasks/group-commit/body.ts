import type { TaskRun } from 'millrace';
import { passGate } from '../gate.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { n }) => {
  await passGate(context);
  return await context.commit(async (tx) => {
    await tx.query('INSERT INTO group_test.row (n, run_id) VALUES ($1, $2)', [n, context.fence.runId]);
    return { n };
  });
};
