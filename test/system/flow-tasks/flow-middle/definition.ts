import { defineTask, Type } from 'millrace';

export const definition = defineTask({
  name: 'flow-middle',
  description: 'Invokes leaves and adds up what they give.',
  queue: 'flows',
  input: Type.Object({
    firstLeaf: Type.Integer(),
    leaves: Type.Integer(),
    /** Which of the leaves fail, counted from 0. */
    failing: Type.Array(Type.Integer()),
    catches: Type.Boolean(),
    /** The first attempt invokes the first half only. */
    inHalves: Type.Boolean(),
  }),
  output: Type.Object({
    sum: Type.Integer(),
    /** The failure that it caught. */
    caught: Type.Optional(Type.String()),
    /** Leaves of its own that had not ended when it got their sums or their failure. */
    open: Type.Integer(),
  }),
  retry: { attempts: 2, backoffMs: 100, maxBackoffMs: 100 },
  timeoutMs: 60_000,
  concurrency: 1,
  priority: 0,
});
