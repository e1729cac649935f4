import { type TObject, Type } from 'typebox';
import type { ImageFilter } from '#database/queries/image-filter.js';
import { component } from '../../http/openapi/component.js';
import { FileId, Instant, Nullable, RunId, TimeBound } from '../../http/schemas.js';
import { readRange } from '../../http/time-range.js';
import { WorkerSchema } from './run-schemas.js';

const Count = Type.Integer({ minimum: 0 });
const Text = Type.String();

const Faces = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description }));
const Pixels = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647, description }));
const Area = (description: string) =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000_000_000, description }));
const Name = (description: string) => Type.Optional(Type.String({ maxLength: 1_024, description }));

/** Filters that the list of images, the figures about them and the exports share. */
export const imageFilters = {
  fileId: Type.Optional(FileId),
  faceNo: Faces('Exactly this number of faces'),
  minFaces: Faces('So many faces or more'),
  maxFaces: Faces('So many faces or fewer'),
  from: TimeBound('Import date'),
  to: TimeBound('Import date'),
  minWidth: Pixels('So many pixels wide or wider, as shown'),
  maxWidth: Pixels('So many pixels wide or narrower, as shown'),
  minHeight: Pixels('So many pixels high or higher, as shown'),
  maxHeight: Pixels('So many pixels high or lower, as shown'),
  minPixels: Area('Width × height is so much or more'),
  maxPixels: Area('Width × height is so much or less'),
  format: Name('What the content is: jpeg, png, webp, gif, tiff or avif'),
  model: Name('The model that made the result, exactly as in the results'),
  filename: Name('File name without extension, exactly'),
  name: Name('A part of the file name; capitals do not matter'),
};

/** The filter that a query with `imageFilters` asks for. @throws HttpProblem 422 when a bound is no time */
export function readImageFilter(
  query: Omit<ImageFilter, 'fromDay' | 'toDay'> & { from?: string; to?: string },
): ImageFilter {
  const { from, to } = readRange(query);
  return { ...query, fromDay: from?.slice(0, 10), toDay: to?.slice(0, 10) };
}

const FaceSchema = Type.Object(
  {
    ordinal: Type.Integer(),
    x: Type.Number(),
    y: Type.Number(),
    width: Type.Number(),
    height: Type.Number(),
    score: Type.Number({ description: 'How likely it is a face, 0 to 1: see docs/faces.md' }),
    landmarks: Type.Record(Type.String(), Type.Array(Type.Number()), {
      description: 'Points [x, y] in pixels by name; which there are depends on the model',
    }),
  },
  component('Face'),
);

/** An image as lists show it. */
export const ImageSchema = Type.Object(
  {
    fileId: FileId,
    runId: Nullable(RunId),
    path: Text,
    impDate: Type.String({ format: 'date', description: 'Day of the import' }),
    filename: Type.String({ description: 'Without extension' }),
    md5: Text,
    sha256: Text,
    width: Type.Integer({ description: 'Pixels, as shown' }),
    height: Type.Integer({ description: 'Pixels, as shown' }),
    faceNo: Type.Integer(),
    format: Text,
    model: Text,
    threshold: Type.Number({ description: 'The lowest score that counted as a face, 0 to 1' }),
    faces: Type.Array(FaceSchema, { description: 'Boxes in pixels of the image as shown' }),
    links: Type.Object({
      self: Text,
      file: Type.String({ description: 'The file in the ledger' }),
      annotated: Type.String({ description: 'The image with its faces marked' }),
      thumbnail: Text,
    }),
  },
  component('Image'),
);

/** An image, and how its record came to be. Lists inside hold at most 100. */
export const ImageDetailSchema = Type.Object(
  {
    ...ImageSchema.properties,
    file: Type.Object({
      id: FileId,
      version: Type.Integer(),
      current: Type.Boolean(),
      size: Type.Number(),
      seenAt: Instant,
    }),
    runs: Type.Array(
      Type.Object({ id: RunId, task: Text, state: Text, outcome: Nullable(Text), endedAt: Nullable(Instant) }),
      { description: 'The runs that were given this file, newest first' },
    ),
    decidedBy: Nullable(Type.Object({ runId: RunId, attempt: Type.Integer(), worker: WorkerSchema })),
  },
  component('ImageDetail', 'An image, and how its record came to be'),
);

const share = {
  pictures: Count,
  percent: Type.Number({ description: 'Of all images that the filter leaves, to two decimals' }),
};
const faceFigures = { faces: Count, meanFaces: Type.Number(), mostFaces: Count };
const Span = Type.Object({ from: Count, to: Count, pictures: Count });
const ListOf = <T extends TObject>(item: T, description: string) => Type.Array(item, { description });

/** Figures about images. */
export const ImageStatsSchema = Type.Object(
  {
    pictures: Count,
    faces: Count,
    meanFaces: Nullable(Type.Number({ description: 'Faces per image; null without images' })),
    mostFaces: Nullable(Count),
    byFaces: ListOf(Type.Object({ faceNo: Count, ...share }), 'Images per number of faces; the first 50 that occur'),
    moreFaces: Type.Object({ ...share, faces: Count }, { description: 'All images with more faces than those' }),
    commonSizes: ListOf(
      Type.Object({ width: Count, height: Count, ...share, ...faceFigures }),
      'The 20 most common sizes and the faces in such images',
    ),
    byMegapixels: ListOf(
      Type.Object({ from: Type.Number(), to: Nullable(Type.Number()), ...share, ...faceFigures }),
      'Size against faces: width × height in millions, at least from and below to',
    ),
    widths: ListOf(Span, 'At most 20 spans of equal width, both ends included'),
    heights: ListOf(Span, 'At most 20 spans of equal width, both ends included'),
    byModel: ListOf(Type.Object({ model: Text, ...share, ...faceFigures }), 'The 50 most used models'),
    byDay: ListOf(Type.Object({ impDate: Text, ...share, ...faceFigures }), 'The latest 366 import days with images'),
  },
  component('ImageStats', 'Figures about images'),
);

const Bytes = (description: string) => Type.Number({ minimum: 0, description });

/** How large images and their files are. */
export const ImageSizesSchema = Type.Object(
  {
    pictures: Type.Integer({ minimum: 0, description: 'All images that the filter leaves, in the sample or not' }),
    bytes: Bytes('Of all their files together'),
    minBytes: Nullable(Bytes('Of the smallest file; null without images')),
    maxBytes: Nullable(Bytes('Of the largest file; null without images')),
    byBytes: ListOf(
      Type.Object({ from: Count, to: Nullable(Count), pictures: Count }),
      'Images by the bytes of their files, at least from and below to: round bounds, each about a quarter above the one ' +
        'before, at most 32 classes from the smallest file to the largest, empty ones as well; of 1 GB and more to is null',
    ),
    sample: ListOf(
      Type.Object(
        { fileId: FileId, filename: Text, width: Count, height: Count, bytes: Bytes('Of the file'), faceNo: Count },
        component('SampledImage'),
      ),
      'At most 2,000 of the images, chosen by a hash of their file ids, so that the same request has the same ones; by file id',
    ),
  },
  component('ImageSizes', 'How large images and their files are'),
);
