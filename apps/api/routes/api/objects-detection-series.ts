import { Type } from 'typebox';
import { detectionSeries, maxSeriesTypes } from '#database/queries/fleet/detection-series.js';
import { latestDetection } from '#database/queries/fleet/fleet-range.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Nullable, problems } from '../../http/schemas.js';
import { readRowSlices, rowSliceFields, rowSliceSchemas, showSlices } from '../../http/slices.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { detectionFilters } from './objects-detection.js';

const { vehicleId, objectType } = detectionFilters;

const SeriesQuery = Type.Object({ ...rowSliceFields, vehicleId, objectType }, { additionalProperties: false });

const Numbers = (description: string) => Type.Array(Type.Number(), { description });

const SeriesSchema = Type.Object(
  {
    ...rowSliceSchemas,
    groups: Type.Array(
      Type.Object({
        objectType: Nullable(Type.String({ description: 'Null for all types that are not listed by themselves' })),
        total: Type.Object(
          {
            reports: Type.Integer({ minimum: 0 }),
            objects: Type.String({
              pattern: '^-?[0-9]+$',
              description: 'A whole number as text, since it may pass 2^53',
            }),
          },
          { description: 'In all slices' },
        ),
        reports: Numbers('Rows in each slice: how often the type was reported'),
        objects: Numbers('Sum of their values in each slice: how many objects; rounded where it passes 2^53'),
      }),
      {
        description: `The ${maxSeriesTypes} types with the most reports in this time, the most first, then all others together`,
      },
    ),
  },
  component('DetectionSeries', 'Detections in each slice of time, by type'),
);

const advice = 'ask for a shorter time, for one vehicle or for one type';

/** GET /api/objects-detection/series. */
export async function detectionSeriesRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/objects-detection/series',
    {
      schema: {
        operationId: 'getDetectionSeries',
        tags: ['datasets'],
        summary: 'Reports and objects in each minute, hour or day, by type',
        description: 'Without `from` and `to` the series ends with the latest detection.',
        querystring: SeriesQuery,
        response: { 200: SeriesSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const latest = query.to === undefined ? await refuseSlowQuery(latestDetection(pool), advice) : undefined;
      const slices = readRowSlices(query, latest);
      const groups = await refuseSlowQuery(detectionSeries(pool, slices, query), advice);
      return { ...showSlices(slices), groups };
    },
  );
}
