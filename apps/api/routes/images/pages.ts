import type { Static } from 'typebox';
import { Type } from 'typebox';
import { imageStats } from '#database/queries/image-stats.js';
import { findImage } from '#database/queries/images.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { FileId } from '../../http/schemas.js';
import { sendImagePage, sendNoImagePage } from '../../pages/image.js';
import { type GalleryQuery, sendGalleryPage } from '../../pages/images.js';
import { ImageQuery, readImages } from '../api/images.js';
import { readImageFilter } from '../api/images-schemas.js';

/** How long the gallery waits for its charts, in ms; late ones are left out. */
const statsMs = 3_000;

/** Images on a page of the gallery unless asked otherwise. */
const pageSize = 48;

/** GET /images and /images/{id}: the images, for people. */
export async function imagePageRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/images',
    {
      schema: { hide: true, querystring: ImageQuery },
      // A form sends its empty fields, too.
      preValidation: async (request) => {
        request.query = withoutEmpty(request.query);
      },
    },
    async (request, reply) => {
      const { query } = request;
      const stats = readStats(query).catch((error: unknown) => {
        request.log.warn({ err: error }, 'the gallery goes without its charts');
        return undefined;
      });
      const { items, nextCursor } = await readImages(pool, { limit: pageSize, ...query });
      return sendGalleryPage(reply, { items, nextCursor, query: textsOf(query), stats: await stats });
    },
  );

  app.get('/images/:id', { schema: { hide: true, params: Type.Object({ id: FileId }) } }, async (request, reply) => {
    const { id } = request.params;
    const image = await findImage(pool, id);
    return image === undefined ? sendNoImagePage(reply, id) : sendImagePage(reply, image);
  });

  /** Of what the filters leave, those on the number of faces apart: the chart of that is there to choose from. */
  async function readStats(query: Static<typeof ImageQuery>) {
    const { sort: _sort, cursor: _cursor, limit: _limit, faceNo: _no, minFaces: _min, maxFaces: _max, ...rest } = query;
    return await imageStats(pool, readImageFilter(rest), statsMs);
  }
}

const withoutEmpty = (query: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(Object(query)).filter(([, value]) => value !== ''));

const textsOf = (query: object): GalleryQuery =>
  Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
