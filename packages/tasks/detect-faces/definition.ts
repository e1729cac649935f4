import { defineFileTask } from '#contracts/file-task.js';

export const definition = defineFileTask({
  name: 'detect-faces',
  description:
    'Finds the faces in images: the record of each in ods.image, its columns in dwd.image, each face in dwd.face. ' +
    'A bad image harms only itself.',
  queue: 'images',
  // A day that is loaded once more may have 100,000 images.
  timeoutMs: 2 * 60 * 60_000,
  concurrency: 2,
  source: {
    name: 'images',
    description: 'JPEG, PNG, WebP, GIF, TIFF and AVIF images',
    matches: (path) => /\.(jpe?g|png|webp|gif|tiff?|avif)$/i.test(path),
    // Under a second of work on a core, and one commit for all of it: enough to be shared among the workers. Of a
    // camera's images that is a handful.
    batch: { files: 32, bytes: 16 * 2 ** 20 },
  },
  dataset: {
    table: 'dwd.image',
    description: 'One row per picture; each of its faces has a row in dwd.face.',
    columns: [
      { name: 'imp_date', type: 'date', required: true, description: 'Day of the import' },
      { name: 'filename', type: 'text', required: true, description: 'File name without extension' },
      {
        name: 'md5',
        type: 'text',
        maxLength: 32,
        required: true,
        description: 'MD5 of the file, in hexadecimal digits',
      },
      { name: 'sha256', type: 'text', maxLength: 64, required: true, description: 'SHA-256 of the file, likewise' },
      { name: 'width', type: 'integer', required: true, description: 'Pixels, as shown' },
      { name: 'height', type: 'integer', required: true, description: 'Pixels, as shown' },
      { name: 'face_no', type: 'integer', required: true, description: 'Number of faces' },
      {
        name: 'format',
        type: 'text',
        required: true,
        description: 'What the content is: jpeg, png, webp, gif, tiff or avif',
      },
      { name: 'model', type: 'text', required: true, description: 'The model that counted' },
      {
        name: 'threshold',
        type: 'double precision',
        required: true,
        description: 'The lowest score that counted as a face, 0 to 1',
      },
    ],
    partition: { column: 'imp_date', every: 'day' },
    indexes: [
      ['face_no', 'file_id'],
      ['filename', 'file_id'],
    ],
    oneRowPerFile: true,
    route: '/api/images',
  },
});
