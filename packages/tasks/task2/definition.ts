import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

export const definition = defineTask({
  name: 'task2',
  description: 'An example: adds numbers up, and says which are the least and the largest. task1 invokes it.',
  queue: 'general',
  input: Type.Object(
    { numbers: Type.Array(Type.Number(), { minItems: 1, maxItems: 100_000 }) },
    { additionalProperties: false },
  ),
  output: Type.Object({
    count: Type.Integer(),
    sum: Type.Number(),
    least: Type.Number(),
    largest: Type.Number(),
  }),
  retry: { attempts: 3, backoffMs: 1_000, maxBackoffMs: 10_000 },
  timeoutMs: 60_000,
  concurrency: 2,
  priority: 0,
});
