import { type Static, Type } from 'typebox';
import type { Pool } from '#database/pool.js';
import { findFileDetail } from '#database/queries/file-detail.js';
import { findImage, type ImageRow, type ImageSort, imageSorts, listImages } from '#database/queries/images.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { notFound, unprocessable } from '../../http/problem.js';
import { FileId, ListQuery, PageOf, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { ImageDetailSchema, ImageSchema, imageFilters, readImageFilter } from './images-schemas.js';

const { properties } = ListQuery({
  ...imageFilters,
  sort: Type.Optional(
    Type.Enum([...imageSorts], { default: 'newest', description: 'Order; - means the largest first' }),
  ),
});

/** Filters, order and page of the list of images. */
export const ImageQuery = Type.Object(
  {
    ...properties,
    // Holds a file name: 255 bytes, each of which may take six characters in JSON.
    cursor: Type.Optional(Type.String({ maxLength: 2_200, description: '`nextCursor` of the page before' })),
  },
  { additionalProperties: false },
);

const Whole = Type.String({ pattern: '^[0-9]{1,18}$' });
const PositionSchema = Type.Union([
  Type.Tuple([Type.Enum(['newest', 'oldest']), Type.Literal(''), FileId]),
  Type.Tuple([Type.Enum(['faces', '-faces']), Type.String({ pattern: '^[0-9]{1,9}$' }), FileId]),
  Type.Tuple([Type.Enum(['pixels', '-pixels']), Whole, FileId]),
  Type.Tuple([Type.Enum(['name', '-name']), Type.String(), FileId]),
]);

/** GET /api/images and /api/images/{id}. */
export async function imageRoutes(app: App, { pool, prisma }: ApiDeps): Promise<void> {
  app.get(
    '/api/images',
    {
      schema: {
        operationId: 'listImages',
        tags: ['datasets'],
        summary: 'Images and the faces in them, the last seen first unless asked otherwise',
        querystring: ImageQuery,
        response: { 200: PageOf(ImageSchema, 'A page of images'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const page = await readImages(pool, query);
      return { ...page, items: page.items.map(withLinks) };
    },
  );

  app.get(
    '/api/images/:id',
    {
      schema: {
        operationId: 'getImage',
        tags: ['datasets'],
        summary: 'One image: its faces, and the file, runs, attempt and worker that its record comes from',
        params: Type.Object({ id: FileId }),
        response: { 200: ImageDetailSchema, ...problems(404) },
      },
    },
    async ({ params: { id } }) => {
      const [image, file] = await Promise.all([findImage(pool, id), findFileDetail(pool, prisma, id)]);
      if (!file) throw notFound(`no file has the id ${id}`);
      if (!image) throw notFound(`file ${id} has no record of an image; /api/files/${id} says what became of it`);
      const { version, current, size, seenAt, runs, decidedBy } = file;
      return { ...withLinks(image), file: { id, version, current, size, seenAt }, runs, decidedBy };
    },
  );
}

/**
 * The page of images that a query asks for.
 * @throws HttpProblem 422 when a bound is no time, or the cursor none of this order
 */
async function readImages(
  pool: Pool,
  query: Static<typeof ImageQuery>,
): Promise<{ items: ImageRow[]; nextCursor: string | null }> {
  const { sort = 'newest', cursor: _cursor, limit: _limit, ...filter } = query;
  const request = readPage(PositionSchema, query);
  if (request.after !== undefined) checkSort(sort, request.after[0]);
  return toPage(
    await refuseSlowQuery(listImages(pool, readImageFilter(filter), sort, request), 'ask for fewer days (from, to)'),
  );
}

/** A position in one order says nothing about another. */
function checkSort(sort: ImageSort, ofCursor: ImageSort): void {
  if (sort === ofCursor) return;
  const message = `belongs to the order ${ofCursor}, but ${sort} is asked for; begin again without a cursor`;
  throw unprocessable([{ path: 'cursor', message }]);
}

const withLinks = (image: ImageRow) => {
  const self = `/api/images/${image.fileId}`;
  return {
    ...image,
    links: { self, file: `/api/files/${image.fileId}`, annotated: `${self}/annotated`, thumbnail: `${self}/thumbnail` },
  };
};
