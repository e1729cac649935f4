import { Type } from 'typebox';
import { defineTask } from '#contracts/task.js';

const exact = { additionalProperties: false } as const;
const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Day = (description: string) => Type.Optional(Type.String({ format: 'date', description }));
const FileId = Type.String({ pattern: '^[1-9][0-9]{0,17}$' });

const Side = (description: string) =>
  Type.Object(
    {
      model: Type.String({
        minLength: 1,
        maxLength: 60,
        description: 'Name of a model, as GET /api/face-models lists it: yunet-2023mar',
      }),
      threshold: Type.Optional(
        Type.Number({ minimum: 0.01, maximum: 1, description: 'Lowest score that counts as a face; the model’s own' }),
      ),
    },
    { ...exact, description },
  );

/** Which model was used, by the name that is stored with results. */
const Used = Type.Object({ model: Type.String(), threshold: Type.Number() });

export const definition = defineTask({
  name: 'compare-face-models',
  description:
    'Looks for faces in loaded images with two models, or one with two thresholds, and says where they agree and differ. The stored results stay as they are.',
  // Not that of new images: a comparison may take an hour, and they would wait for it.
  queue: 'comparisons',
  input: Type.Object(
    {
      a: Side('The one model'),
      b: Side('The other'),
      files: Type.Optional(
        Type.Array(FileId, { minItems: 1, maxItems: 10_000, uniqueItems: true, description: 'Only these images' }),
      ),
      from: Day('Only images of this import day or later'),
      to: Day('Only images of this import day or earlier'),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 20_000, default: 10_000, description: 'Most images; the latest first' }),
      ),
    },
    exact,
  ),
  output: Type.Object({
    a: Used,
    b: Used,
    pictures: Count('Images that were asked for'),
    compared: Count('Images that both models have looked at'),
    failed: Count('Images that could not be looked at; their stored results stay'),
    same: Count('Images with the same number of faces in a and b'),
    agreement: Type.Number({ description: 'Share of the compared images with the same number of faces, in percent' }),
    meanDifference: Type.Number({ description: 'Faces in b less those in a, mean per image' }),
    mae: Type.Number({ description: 'The same without its sign: mean absolute difference' }),
    matched: Count('Faces that both found: boxes with an intersection over union of 0.5 or more'),
    onlyInA: Count('Faces that only a found'),
    onlyInB: Count('Faces that only b found'),
    meanScoreA: Type.Union([Type.Number(), Type.Null()], { description: 'Of all faces that a found' }),
    meanScoreB: Type.Union([Type.Number(), Type.Null()], { description: 'Of all faces that b found' }),
    counts: Type.Array(Type.Object({ a: Count('Faces in a'), b: Count('Faces in b'), pictures: Count('Images') }), {
      maxItems: 200,
      description: 'Images by number of faces in a and number of faces in b: the 200 most frequent pairs',
    }),
    differing: Count('Images with a face that only one found; GET /api/face-comparisons/{runId} lists them'),
    firstDiffering: Type.Array(
      Type.Object({ fileId: FileId, filename: Type.String(), a: Count('Faces in a'), b: Count('Faces in b') }),
      { maxItems: 100 },
    ),
    firstFailures: Type.Array(Type.Object({ fileId: FileId, filename: Type.String(), reason: Type.String() }), {
      maxItems: 100,
    }),
  }),
  retry: { attempts: 3, backoffMs: 5_000, maxBackoffMs: 60_000 },
  timeoutMs: 60 * 60_000,
  concurrency: 1,
  priority: 0,
});
