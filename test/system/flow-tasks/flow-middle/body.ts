import { InvokedRunError, type TaskContext, type TaskRun } from 'millrace';
import { definition as leaf } from '../flow-leaf/definition.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, input) => {
  const { firstLeaf, leaves, failing, catches, inHalves } = input;
  // The second attempt finds leaves that have ended beside leaves that nobody has recorded, as after a death in between.
  const invoked = inHalves && context.fence.attempt === 1 ? Math.ceil(leaves / 2) : leaves;
  const inputs = Array.from({ length: invoked }, (_, index) => ({
    leaf: firstLeaf + index,
    fails: failing.includes(index),
  }));
  try {
    const outputs = await context.invokeAll('leaves', leaf, inputs);
    return { sum: outputs.reduce((sum, each) => sum + each.sum, 0), open: await countOpen(context) };
  } catch (error) {
    if (!catches || !(error instanceof InvokedRunError)) throw error;
    return { sum: 0, caught: error.message, open: await countOpen(context) };
  }
};

async function countOpen({ services, fence }: TaskContext): Promise<number> {
  const { rows } = await services.pool.query<{ open: number }>(
    'SELECT count(*)::int AS open FROM ops.run WHERE parent_id = $1 AND ended_at IS NULL',
    [fence.runId],
  );
  return rows[0]?.open ?? 0;
}
