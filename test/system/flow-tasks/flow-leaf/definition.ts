import { defineTask, Type } from 'millrace';

export const definition = defineTask({
  name: 'flow-leaf',
  description: 'Stores one row, and gives its own number as the sum.',
  queue: 'flow-leaves',
  input: Type.Object({ leaf: Type.Integer(), fails: Type.Boolean() }),
  output: Type.Object({ sum: Type.Integer() }),
  retry: { attempts: 2, backoffMs: 100, maxBackoffMs: 100 },
  timeoutMs: 60_000,
  concurrency: 4,
  priority: 0,
});
