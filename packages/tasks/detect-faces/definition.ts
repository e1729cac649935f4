import { defineFileTask } from '#contracts/file-task.js';

export const definition = defineFileTask({
  name: 'detect-faces',
  description:
    'Finds the faces in pictures: the record of each in ods.image, its columns in dwd.image, each face in dwd.face. ' +
    'A bad picture harms only itself.',
  queue: 'images',
  // A day that is loaded once more may have 100,000 pictures.
  timeoutMs: 2 * 60 * 60_000,
  concurrency: 2,
  source: {
    name: 'images',
    description: 'JPEG, PNG, WebP, GIF, TIFF and AVIF pictures',
    matches: (path) => /\.(jpe?g|png|webp|gif|tiff?|avif)$/i.test(path),
    // Some seconds of work, and one commit for all of it. 12-megapixel pictures come by the dozen.
    batch: { files: 64, bytes: 64 * 2 ** 20 },
  },
  byDay: { table: 'dwd.image', column: 'imp_date' },
});
