import { defineTask, Type } from 'millrace';

export const definition = defineTask({
  name: 'group-plain',
  description: 'Ends at the same moment as the others of its worker, and stores nothing.',
  queue: 'groups',
  input: Type.Object({ n: Type.Integer() }),
  output: Type.Object({ n: Type.Integer() }),
  retry: { attempts: 1, backoffMs: 100, maxBackoffMs: 100 },
  timeoutMs: 60_000,
  concurrency: 16,
  priority: 0,
});
