import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { wanted } from '../../datasets/filters.js';
import { readRowPage } from '../../datasets/read-page.js';
import { rowSchema } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { FileId, ListQuery, PageOf, problems, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';

const Value = (description: string) =>
  Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647, description }));

/** Parameters by which detections are filtered. */
export const detectionFilters = {
  vehicleId: Type.Optional(Type.String({ description: 'The vehicle, exactly' })),
  objectType: Type.Optional(Type.String({ description: 'The type, exactly' })),
  from: TimeBound('Detected then or later'),
  to: TimeBound('Detected then or earlier'),
  value: Value('Exactly this value'),
  minValue: Value('This value or more'),
  maxValue: Value('This value or less'),
};

const DetectionQuery = ListQuery({ ...detectionFilters, fileId: Type.Optional(FileId) });

/** GET /api/objects-detection. */
export async function objectsDetectionRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  const readable = readableDatasets(catalogue).get('objects-detection');
  if (readable === undefined) return;
  app.get(
    '/api/objects-detection',
    {
      schema: {
        operationId: 'listDetections',
        tags: ['datasets'],
        summary: 'Objects that vehicles detected, the latest first',
        querystring: DetectionQuery,
        response: { 200: PageOf(rowSchema(readable), 'A page of rows'), ...problems(422) },
      },
    },
    async ({ query: { vehicleId, objectType, value, minValue, maxValue, from, to, ...page } }) => {
      const bounds = readInstants({ from, to });
      const conditions = [
        ...wanted('vehicle_id', '=', vehicleId),
        ...wanted('object_type', '=', objectType),
        ...wanted('detection_time', '>=', bounds.from),
        ...wanted('detection_time', '<=', bounds.to),
        ...wanted('object_value', '=', value),
        ...wanted('object_value', '>=', minValue),
        ...wanted('object_value', '<=', maxValue),
      ];
      return readRowPage(pool, readable, { ...page, sort: '-detectionTime', conditions });
    },
  );
}
