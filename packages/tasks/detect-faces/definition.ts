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
      {
        name: 'imp_date',
        type: 'date',
        required: true,
        description: 'Day of the import, in UTC: when the version of the file was first seen',
        example: '2022-07-10',
      },
      { name: 'filename', type: 'text', required: true, description: 'File name without extension', example: '10001' },
      {
        name: 'md5',
        type: 'text',
        maxLength: 32,
        required: true,
        description: 'MD5 of the file, in hexadecimal digits',
        example: 'cdd0b4f3a1e2978c6b5d4f3e2a190f82',
      },
      {
        name: 'sha256',
        type: 'text',
        maxLength: 64,
        required: true,
        description: 'SHA-256 of the file, in hexadecimal digits',
        example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      },
      {
        name: 'width',
        type: 'integer',
        required: true,
        description: 'Width of the image as shown',
        unit: 'pixels',
        example: 612,
      },
      {
        name: 'height',
        type: 'integer',
        required: true,
        description: 'Height of the image as shown',
        unit: 'pixels',
        example: 408,
      },
      {
        name: 'face_no',
        type: 'integer',
        required: true,
        description: 'Number of faces that the model found',
        unit: 'faces',
        example: 3,
      },
      {
        name: 'format',
        type: 'text',
        required: true,
        description: 'What the content is: jpeg, png, webp, gif, tiff or avif',
        example: 'jpeg',
      },
      {
        name: 'model',
        type: 'text',
        required: true,
        description: 'Name of the model that counted',
        example: 'yunet-n',
      },
      {
        name: 'threshold',
        type: 'double precision',
        required: true,
        description: 'The lowest score that counted as a face, 0 to 1',
        example: 0.5,
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
