import { defineFileTask } from '#contracts/file-task.js';

export const definition = defineFileTask({
  name: 'detect-faces',
  description:
    'Finds the faces in a picture: the record in ods.image, its columns in dwd.image, each face in dwd.face.',
  queue: 'images',
  timeoutMs: 10 * 60_000,
  concurrency: 2,
  source: {
    name: 'images',
    description: 'JPEG, PNG, WebP, GIF, TIFF and AVIF pictures',
    matches: (path) => /\.(jpe?g|png|webp|gif|tiff?|avif)$/i.test(path),
    // One picture is enough work for one run, and a run each shows what became of each.
    batch: { files: 1, bytes: Number.MAX_SAFE_INTEGER },
  },
});
