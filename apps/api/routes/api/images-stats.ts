import { Type } from 'typebox';
import { imageStats } from '#database/queries/image-stats.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { ImageStatsSchema, imageFilters, readImageFilter } from './images-schemas.js';

/** GET /api/images/stats. */
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
    async ({ query }) => refuseSlowQuery(imageStats(pool, readImageFilter(query)), 'ask for fewer days (from, to)'),
  );
}
