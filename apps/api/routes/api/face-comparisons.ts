import { Type } from 'typebox';
import { findComparisonRun, listFaceComparisons } from '#database/queries/face-comparisons.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { FileId, Json, ListQuery, Nullable, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { imageFilters, readImageFilter } from './images-schemas.js';

const Faces = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description }));

const ComparisonQuery = ListQuery({
  ...imageFilters,
  onlyIn: Type.Optional(Type.Enum(['a', 'b'], { description: 'Only images with a face that a, or b, alone found' })),
  sameCount: Type.Optional(
    Type.Boolean({ description: 'Only images in which both found the same number of faces (other ones), or not' }),
  ),
  facesA: Faces('Only images in which a found exactly this number of faces'),
  facesB: Faces('Only images in which b found exactly this number of faces'),
});

const Boxes = (description: string) =>
  Type.Array(
    Type.Object({
      x: Type.Number(),
      y: Type.Number(),
      width: Type.Number(),
      height: Type.Number(),
      score: Type.Number({ description: 'How likely it is a face, 0 to 1: see docs/faces.md' }),
    }),
    { description: `${description}: boxes in pixels of the image as shown, 100 at most, and 200,000 in a run` },
  );

const ComparisonSchema = Type.Object(
  {
    fileId: FileId,
    filename: Type.String(),
    width: Nullable(Type.Integer({ description: 'Pixels, as shown; null where the image’s record is gone' })),
    height: Nullable(Type.Integer({ description: 'Pixels, as shown' })),
    facesA: Type.Integer(),
    facesB: Type.Integer(),
    matched: Type.Integer({ description: 'Faces that both found' }),
    onlyA: Boxes('Faces that a alone found'),
    onlyB: Boxes('Faces that b alone found'),
    links: Type.Object({
      self: Type.String({ description: 'The image with its stored result' }),
      annotated: Type.String({ description: 'The image with the faces of its stored result marked' }),
      thumbnail: Type.String(),
    }),
  },
  component('ComparedImage'),
);

const AnswerSchema = Type.Object(
  {
    runId: RunId,
    state: Type.String({ description: 'The run’s state; there are images once it has succeeded' }),
    input: Json,
    summary: Nullable(Json),
    items: Type.Array(ComparisonSchema),
    nextCursor: Nullable(Type.String({ description: 'Give it as `cursor` to get the next page; null at the end' })),
  },
  component('FaceComparison', 'What the run found'),
);

/** GET /api/face-comparisons/{runId}. */
export async function faceComparisonRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/face-comparisons/:runId',
    {
      schema: {
        operationId: 'getFaceComparison',
        tags: ['datasets'],
        summary: 'What a run of compare-face-models found, and the images that differ, the last seen first',
        description:
          'The summary is the run’s output: how many images have the same count, and how many each pair of counts. The ' +
          'filters of lists of images leave images by their stored results.',
        params: Type.Object({ runId: RunId }),
        querystring: ComparisonQuery,
        response: { 200: AnswerSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { runId }, query }) => {
      const run = await findComparisonRun(pool, runId);
      if (!run) throw notFound(`no run of compare-face-models has the id ${runId}`);
      const { onlyIn, sameCount, facesA, facesB, cursor: _cursor, limit: _limit, ...image } = query;
      const filter = { onlyIn, sameCount, facesA, facesB, image: readImageFilter(image) };
      const found = listFaceComparisons(pool, runId, filter, readPage(FileId, query));
      const { items, nextCursor } = toPage(await refuseSlowQuery(found, 'ask for fewer days (from, to)'));
      return {
        runId,
        state: run.state,
        input: run.input,
        summary: run.output ?? null,
        items: items.map((item) => ({ ...item, links: linksOf(item.fileId) })),
        nextCursor,
      };
    },
  );
}

const linksOf = (fileId: string) => {
  const self = `/api/images/${fileId}`;
  return { self, annotated: `${self}/annotated`, thumbnail: `${self}/thumbnail` };
};
