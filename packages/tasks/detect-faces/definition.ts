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
    // Under a second of work on a core, and one commit for all of it: enough to be shared among the workers. Of a
    // camera's pictures that is a handful.
    batch: { files: 32, bytes: 16 * 2 ** 20 },
  },
  byDay: { table: 'dwd.image', column: 'imp_date' },
});
