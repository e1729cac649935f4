import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

export const definition = defineTask({
  name: 'task3',
  description:
    'An example: sorts numbers into ten ranges of equal width. task1 invokes it for numbers that lie far apart.',
  queue: 'general',
  input: Type.Object(
    {
      numbers: Type.Array(Type.Number(), { minItems: 1, maxItems: 100_000 }),
      least: Type.Number({ description: 'Where the first range begins' }),
      largest: Type.Number({ description: 'Where the last one ends' }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    ranges: Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), count: Type.Integer() }), {
      maxItems: 10,
    }),
    median: Type.Number({ description: 'The middle of the range that has the middle number' }),
  }),
  retry: { attempts: 3, backoffMs: 1_000, maxBackoffMs: 10_000 },
  timeoutMs: 60_000,
  concurrency: 2,
  priority: 0,
});
