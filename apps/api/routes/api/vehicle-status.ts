import { Type } from 'typebox';
import { listStatuses } from '#database/queries/vehicle-status.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { FileId, Instant, ListQuery, Nullable, PageOf, problems, RunId, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-bounds.js';
import { TimePlaceSchema } from './places.js';

const StatusQuery = ListQuery({
  vehicleId: Type.Optional(Type.String({ description: 'The vehicle, exactly' })),
  status: Type.Optional(Type.String({ description: 'The status, exactly' })),
  from: TimeBound('Reported then or later'),
  to: TimeBound('Reported then or earlier'),
  fileId: Type.Optional(FileId),
  latest: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'Only the latest report of each vehicle; the other filters then hold for that one',
    }),
  ),
});

const StatusSchema = Type.Object(
  {
    fileId: FileId,
    ordinal: Type.Integer({ description: 'Place of the row in its file, from 0' }),
    runId: Nullable(RunId),
    vehicleId: Type.String(),
    reportTime: Instant,
    status: Type.String(),
  },
  component('VehicleStatus'),
);

/** GET /api/vehicle-status. */
export async function vehicleStatusRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/vehicle-status',
    {
      schema: {
        operationId: 'listVehicleStatuses',
        tags: ['datasets'],
        summary: 'Status reports of vehicles, the latest first',
        querystring: StatusQuery,
        response: { 200: PageOf(StatusSchema, 'A page of reports'), ...problems(422) },
      },
    },
    async ({ query }) =>
      toPage(await listStatuses(pool, { ...query, ...readInstants(query) }, readPage(TimePlaceSchema, query))),
  );
}
