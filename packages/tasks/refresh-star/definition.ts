import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'refresh-star',
  description:
    'Brings the dimension and fact tables of a dataset up to date with what is loaded. Follows loads; goes on in another run while files are left.',
  queue: 'loads',
  input: Type.Object(
    { source: Type.String({ minLength: 1, maxLength: 200, description: 'The source of the dataset: data-sample' }) },
    { additionalProperties: false },
  ),
  output: Type.Object({
    files: Count('Files whose rows were written'),
    rows: Count('Rows written'),
    removed: Count('Files whose rows were taken away, as they are not loaded any more'),
    left: Count('Files for the run that follows'),
  }),
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  // Loads go first; many of them are then caught up with in few runs.
  priority: 100,
});
