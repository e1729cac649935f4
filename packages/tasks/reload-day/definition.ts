import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'reload-day',
  description:
    'Loads the files with rows on a day once more, all in one transaction: readers see the old rows or the new ones. ' +
    'Images belong to the day on which they were first seen, and are counted by the present model.',
  queue: 'loads',
  input: Type.Object(
    {
      source: Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'A source whose rows belong to days: data-sample, images',
      }),
      day: Type.String({ format: 'date', description: 'In UTC for times with a zone: 2023-01-01' }),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    files: Count('Files with rows on that day'),
    loaded: Count('Files whose rows were written once more, those on other days included'),
    rows: Count('Rows written'),
    skipped: Count('Files left alone because a newer version of them is on its way'),
  }),
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
});
