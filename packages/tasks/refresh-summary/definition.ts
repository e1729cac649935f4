import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'refresh-summary',
  description:
    'Makes the figures of files that have none, from their rows: of files that were loaded before the dataset had a summary. Runs by itself when a worker starts and finds some; goes on in another run while files are left.',
  queue: 'loads',
  input: Type.Object(
    { source: Type.String({ minLength: 1, maxLength: 200, description: 'The source of the dataset: data-sample' }) },
    { additionalProperties: false },
  ),
  output: Type.Object({
    files: Count('Files whose figures were made'),
    rows: Count('Rows that they have'),
    removed: Count('Rows of figures that were taken away, as their files are not loaded any more'),
    left: Count('Files for the run that follows'),
  }),
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  // Loads go first.
  priority: 100,
});
