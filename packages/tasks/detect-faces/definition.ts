import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { defineTask } from '#contracts/task.js';

export const definition = defineTask({
  name: 'detect-faces',
  description:
    'Finds the faces in a picture: the record in ods.image, its columns in dwd.image, each face in dwd.face.',
  queue: 'images',
  input: FileTaskInput,
  output: FileTaskOutput,
  retry: { attempts: 5, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 10 * 60_000,
  concurrency: 2,
  priority: 0,
  source: {
    name: 'images',
    description: 'JPEG, PNG, WebP, GIF, TIFF and AVIF pictures',
    matches: (path) => /\.(jpe?g|png|webp|gif|tiff?|avif)$/i.test(path),
    // One picture is enough work for one run, and a run each shows what became of each.
    batch: { files: 1, bytes: Number.MAX_SAFE_INTEGER },
  },
});
