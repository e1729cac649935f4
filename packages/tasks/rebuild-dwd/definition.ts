import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });

export const definition = defineTask({
  name: 'rebuild-dwd',
  description:
    'Makes dwd.image and dwd.face of an import day anew from the records in ods.image, without looking at the images. One ' +
    'commit: readers see the day as it was or as it is.',
  queue: 'loads',
  input: Type.Object(
    { impDate: Type.String({ format: 'date', description: 'The import day in UTC: 2026-11-20' }) },
    { additionalProperties: false },
  ),
  output: Type.Object({
    images: Count('Rows of dwd.image that were written'),
    faces: Count('Rows of dwd.face that were written'),
    removed: Count('Rows of dwd.image that were taken away, as they have no record'),
    skipped: Count('Records of files that are not loaded; they make no rows'),
  }),
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
});
