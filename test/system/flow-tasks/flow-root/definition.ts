import { defineTask, Type } from 'millrace';

export const definition = defineTask({
  name: 'flow-root',
  description: 'Invokes middles, which invoke leaves, and adds up what they give.',
  queue: 'flows',
  input: Type.Object({
    middles: Type.Integer(),
    /** Of each middle. */
    leaves: Type.Integer(),
    failing: Type.Array(Type.Integer()),
    catches: Type.Boolean(),
    inHalves: Type.Boolean(),
  }),
  output: Type.Object({ sum: Type.Integer() }),
  retry: { attempts: 2, backoffMs: 100, maxBackoffMs: 100 },
  timeoutMs: 60_000,
  concurrency: 1,
  priority: 0,
});
