import { Type } from 'typebox';
import { imageSizes } from '#database/queries/image-sizes.js';
import { imageStats } from '#database/queries/image-stats.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { ImageSizesSchema, ImageStatsSchema, imageFilters, readImageFilter } from './images-schemas.js';

const advice = 'ask for fewer days (from, to)';

/** GET /api/images/stats and /api/images/sizes. */
export async function imageStatsRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/images/stats',
    {
      schema: {
        operationId: 'getImageStats',
        tags: ['datasets'],
        summary: 'Figures about images: faces, sizes, size against faces, models and days',
        querystring: Type.Object(imageFilters, { additionalProperties: false }),
        response: { 200: ImageStatsSchema, ...problems(422) },
      },
    },
    async ({ query }) => refuseSlowQuery(imageStats(pool, readImageFilter(query)), advice),
  );

  app.get(
    '/api/images/sizes',
    {
      schema: {
        operationId: 'getImageSizes',
        tags: ['datasets'],
        summary: 'How many bytes images have, and a sample of images with size and faces',
        querystring: Type.Object(imageFilters, { additionalProperties: false }),
        response: { 200: ImageSizesSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const { byBytes, sample, ...totals } = await refuseSlowQuery(imageSizes(pool, readImageFilter(query)), advice);
      return { ...totals, byBytes: [...byBytes], sample: [...sample] };
    },
  );
}
