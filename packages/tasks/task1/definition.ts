import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Optional = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });

export const definition = defineTask({
  name: 'task1',
  description:
    'An example of a task that invokes others: describes numbers. A group of task2 in parallel, one per part; after it, by what ' +
    'it found, task3 or not.',
  queue: 'general',
  input: Type.Object(
    {
      numbers: Type.Array(Type.Number(), { minItems: 1, maxItems: 100_000 }),
      partSize: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 10_000,
          default: 1_000,
          description: 'Numbers that one run of task2 gets',
        }),
      ),
      wideFrom: Type.Optional(
        Type.Number({
          minimum: 0,
          default: 100,
          description: 'From which distance of the largest number to the least task3 sorts them into ranges',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    count: Type.Integer(),
    sum: Type.Number(),
    mean: Type.Number(),
    least: Type.Number(),
    largest: Type.Number(),
    branch: Type.Union([Type.Literal('narrow'), Type.Literal('wide')]),
    median: Optional('The middle of the range that has the middle number; null on the branch "narrow"'),
  }),
  retry: { attempts: 3, backoffMs: 1_000, maxBackoffMs: 10_000 },
  timeoutMs: 60_000,
  concurrency: 2,
  priority: 0,
});
