import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Percent = Type.Number({ description: 'Of all images of these days, to two decimals' });
const Day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));
const Ranges = (of: string) =>
  Type.Array(Type.Object({ from: Type.Integer(), to: Type.Integer(), images: Count('Images') }), {
    maxItems: 25,
    description: `Images by ${of} in pixels, in ranges of equal width`,
  });

export const definition = defineTask({
  name: 'summarize-images',
  description: 'Figures about the images of an import day or of several: images per number of faces, and sizes.',
  queue: 'general',
  input: Type.Object(
    {
      impDate: Day('The import day; all of them if no day is given'),
      from: Day('Instead of impDate: the first import day'),
      to: Day('Instead of impDate: the last import day'),
    },
    { additionalProperties: false },
  ),
  output: Type.Object({
    images: Count('Images of these days'),
    faces: Count('Faces in all of them'),
    meanFaces: Type.Union([Type.Number(), Type.Null()], { description: 'Faces per image; null without images' }),
    facesPerImage: Type.Array(
      Type.Object({ faces: Count('Faces of each of these images'), images: Count('Images'), percent: Percent }),
      { maxItems: 50, description: 'The first 50 numbers of faces that occur, fewest first' },
    ),
    moreFaces: Type.Object({
      faces: Count('Faces'),
      images: Count('Images with more faces than those'),
      percent: Percent,
    }),
    sizes: Type.Array(
      Type.Object({
        width: Type.Integer({ description: 'Pixels' }),
        height: Type.Integer({ description: 'Pixels' }),
        images: Count('Images of this size'),
        percent: Percent,
        meanFaces: Type.Number({ description: 'Faces per image of this size' }),
      }),
      { maxItems: 20, description: 'The 20 most common sizes' },
    ),
    widths: Ranges('width'),
    heights: Ranges('height'),
  }),
  check: ({ impDate, from, to }) =>
    impDate !== undefined && (from !== undefined || to !== undefined)
      ? [{ path: '/impDate', message: 'expected either impDate or from and to, got both; leave one of them out' }]
      : [],
  retry: { attempts: 3, backoffMs: 2_000, maxBackoffMs: 60_000 },
  timeoutMs: 5 * 60_000,
  concurrency: 2,
  priority: 0,
});
