import { Type } from 'typebox';
import { listDetections } from '#database/queries/objects-detection.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { FileId, Instant, ListQuery, Nullable, PageOf, problems, RunId, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-bounds.js';
import { TimePlaceSchema } from './places.js';

const Value = (description: string) =>
  Type.Optional(Type.Integer({ minimum: -2_147_483_648, maximum: 2_147_483_647, description }));

const DetectionQuery = ListQuery({
  vehicleId: Type.Optional(Type.String({ description: 'The vehicle, exactly' })),
  objectType: Type.Optional(Type.String({ description: 'The type, exactly' })),
  from: TimeBound('Detected then or later'),
  to: TimeBound('Detected then or earlier'),
  fileId: Type.Optional(FileId),
  value: Value('Exactly this value'),
  minValue: Value('This value or more'),
  maxValue: Value('This value or less'),
});

const DetectionSchema = Type.Object(
  {
    fileId: FileId,
    ordinal: Type.Integer({ description: 'Place of the row in its file, from 0' }),
    runId: Nullable(RunId),
    eventOrdinal: Type.Integer({ description: 'Place of the event in its file, from 0' }),
    detectionOrdinal: Type.Integer({ description: 'Place of the detection in its event, from 0' }),
    vehicleId: Type.String(),
    detectionTime: Instant,
    objectType: Type.String(),
    objectValue: Type.Integer(),
  },
  component('Detection'),
);

/** GET /api/objects-detection. */
export async function objectsDetectionRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/objects-detection',
    {
      schema: {
        operationId: 'listDetections',
        tags: ['datasets'],
        summary: 'Objects that vehicles detected, the latest first',
        querystring: DetectionQuery,
        response: { 200: PageOf(DetectionSchema, 'A page of detections'), ...problems(422) },
      },
    },
    async ({ query }) =>
      toPage(await listDetections(pool, { ...query, ...readInstants(query) }, readPage(TimePlaceSchema, query))),
  );
}
