import { Type } from 'typebox';
import { readableDatasets } from '#catalogue/catalogue.js';
import { wanted } from '../../datasets/filters.js';
import { readRowPage } from '../../datasets/read-page.js';
import { rowSchema } from '../../datasets/rows.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { FileId, ListQuery, PageOf, problems, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';

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

/** GET /api/vehicle-status. */
export async function vehicleStatusRoutes(app: App, { pool, catalogue }: ApiDeps): Promise<void> {
  const readable = readableDatasets(catalogue).get('vehicle-status');
  if (readable === undefined) return;
  // One hops over all vehicles, the other finds one in an index.
  const latestOfAll = { ...readable.dataset, table: 'fleet.vehicle_status_latest' };
  const latestOfOne = { ...readable.dataset, table: 'public.vehicles_status' };
  app.get(
    '/api/vehicle-status',
    {
      schema: {
        operationId: 'listVehicleStatuses',
        tags: ['datasets'],
        summary: 'Status reports of vehicles, the latest first',
        querystring: StatusQuery,
        response: { 200: PageOf(rowSchema(readable), 'A page of rows'), ...problems(422) },
      },
    },
    async ({ query: { vehicleId, status, latest, from, to, ...page } }) => {
      const bounds = readInstants({ from, to });
      const conditions = [
        ...wanted('vehicle_id', '=', vehicleId),
        ...wanted('status', '=', status),
        ...wanted('report_time', '>=', bounds.from),
        ...wanted('report_time', '<=', bounds.to),
      ];
      const query = { ...page, sort: '-reportTime', conditions };
      const latestOnly = vehicleId === undefined ? latestOfAll : latestOfOne;
      return readRowPage(pool, readable, query, latest === true ? latestOnly : readable.dataset);
    },
  );
}
