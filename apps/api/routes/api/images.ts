import { Type } from 'typebox';
import { listImages } from '#database/queries/images.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { FileId, ListQuery, Nullable, PageOf, problems, RunId, TimeBound } from '../../http/schemas.js';
import { readBounds } from '../../http/time-bounds.js';

const Faces = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description }));

const ImageQuery = ListQuery({
  fileId: Type.Optional(FileId),
  faceNo: Faces('Exactly so many faces'),
  minFaces: Faces('So many faces or more'),
  maxFaces: Faces('So many faces or fewer'),
  from: TimeBound('Import date'),
  to: TimeBound('Import date'),
  model: Type.Optional(Type.String({ description: 'The model that made the result' })),
  filename: Type.Optional(Type.String({ description: 'File name without extension' })),
});

const ImageSchema = Type.Object({
  fileId: FileId,
  runId: Nullable(RunId),
  path: Type.String(),
  impDate: Type.String({ format: 'date', description: 'Day of the import' }),
  filename: Type.String(),
  md5: Type.String(),
  width: Type.Integer({ description: 'Pixels, as shown' }),
  height: Type.Integer({ description: 'Pixels, as shown' }),
  faceNo: Type.Integer(),
  format: Type.String(),
  model: Type.String(),
  faces: Type.Array(
    Type.Object({
      ordinal: Type.Integer(),
      x: Type.Number(),
      y: Type.Number(),
      width: Type.Number(),
      height: Type.Number(),
      score: Type.Number({ description: '0 to 1' }),
    }),
    { description: 'Boxes in pixels of the picture as shown' },
  ),
});

/** GET /api/images. */
export async function imageRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/images',
    {
      schema: {
        tags: ['datasets'],
        summary: 'Pictures and the faces in them, the last seen first',
        querystring: ImageQuery,
        response: { 200: PageOf(ImageSchema, 'A page of pictures'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { from, to } = readBounds(query);
      const filter = { ...query, fromDay: from?.slice(0, 10), toDay: to?.slice(0, 10) };
      return toPage(await listImages(pool, filter, readPage(FileId, query)));
    },
  );
}
