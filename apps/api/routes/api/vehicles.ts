import { type Static, Type } from 'typebox';
import { vehicleProfile } from '#database/queries/fleet/vehicle-profile.js';
import { type SpanPosition, vehicleTimeline } from '#database/queries/fleet/vehicle-timeline.js';
import { countStatuses, listVehicles, type Vehicle } from '#database/queries/fleet/vehicles.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { notFound, unprocessable } from '../../http/problem.js';
import { PageOf, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { readBound, timeWords } from '../../http/time-range.js';
import {
  ProfileQuery,
  ProfileSchema,
  SpanSchema,
  StatusCountSchema,
  StatusesQuery,
  TimelineQuery,
  VehicleParams,
  VehicleSchema,
  VehiclesQuery,
} from './vehicle-schemas.js';

const pathOf = (vehicleId: string): string => `/api/vehicles/${encodeURIComponent(vehicleId)}`;

const linksOf = (vehicleId: string) => ({
  self: pathOf(vehicleId),
  timeline: `${pathOf(vehicleId)}/timeline`,
  history: `${pathOf(vehicleId)}/history`,
});

const toItem = (vehicle: Vehicle): Static<typeof VehicleSchema> => ({ ...vehicle, links: linksOf(vehicle.vehicleId) });

/** What a cursor stands for; the name keeps one list's from another's. */
const VehiclePosition = Type.Tuple([Type.Literal('vehicle'), Type.String()]);
const StatusPosition = Type.Tuple([Type.Literal('status'), Type.String()]);
const SpanCursor = Type.Tuple([Type.String(), Type.String(), Type.Integer(), Type.String()]);

/** GET /api/vehicles, /api/vehicles/statuses, /api/vehicles/{id} and /api/vehicles/{id}/timeline. */
export async function vehicleRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/vehicles',
    {
      schema: {
        operationId: 'listVehicles',
        tags: ['datasets'],
        summary: 'Vehicles of both datasets with their current status, by id',
        description:
          'A request that finds little within two seconds may answer with a short page, even an empty one, and a ' +
          'nextCursor. Only a null nextCursor is the end.',
        querystring: VehiclesQuery,
        response: { 200: PageOf(VehicleSchema, 'A page of vehicles'), ...problems(422) },
      },
    },
    async ({ query: { status, hasAccident, reported, ...query } }) => {
      const { after, limit } = readPage(VehiclePosition, query);
      const filter = { status, hasAccident, reported };
      const page = await refuseSlowQuery(
        listVehicles(pool, filter, { after: after?.[1], limit }),
        'ask for fewer (limit)',
      );
      return toPage({
        items: page.items.map(toItem),
        next: page.next === undefined ? undefined : ['vehicle', page.next],
      });
    },
  );

  app.get(
    '/api/vehicles/statuses',
    {
      schema: {
        operationId: 'countVehicleStatuses',
        tags: ['datasets'],
        summary: 'Current statuses of vehicles, counted',
        querystring: StatusesQuery,
        response: { 200: PageOf(StatusCountSchema, 'A page of statuses, in their order'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { after, limit } = readPage(StatusPosition, query);
      const page = await refuseSlowQuery(
        countStatuses(pool, { after: after?.[1], limit }),
        'count in SQL, where there is time for it: docs/fleet.md',
      );
      return toPage({ ...page, next: page.next === undefined ? undefined : ['status', page.next] });
    },
  );

  app.get(
    '/api/vehicles/:id',
    {
      schema: {
        operationId: 'getVehicle',
        tags: ['datasets'],
        summary: 'A vehicle: when it was seen, what it detected, its statuses and how long it had each',
        params: VehicleParams,
        querystring: ProfileQuery,
        response: { 200: ProfileSchema, ...problems(404, 422) },
      },
    },
    async ({ params: { id }, query }) => {
      const profile = await refuseSlowQuery(vehicleProfile(pool, id, readUntil(query.until)), tooManyRows);
      if (profile === undefined) throw unknownVehicle(id);
      const { detections, reports, ...vehicle } = profile;
      return {
        ...toItem(vehicle),
        firstSeen: vehicle.firstSeen,
        lastSeen: vehicle.lastSeen,
        detections: { ...detections, byType: [...detections.byType] },
        reports: { ...reports, byStatus: [...reports.byStatus] },
      };
    },
  );

  app.get(
    '/api/vehicles/:id/timeline',
    {
      schema: {
        operationId: 'getVehicleTimeline',
        tags: ['datasets'],
        summary: 'The statuses of a vehicle in the order of time; equal reports in a row are one',
        params: VehicleParams,
        querystring: TimelineQuery,
        response: { 200: PageOf(SpanSchema, 'A page of statuses, the earliest first'), ...problems(404, 422) },
      },
    },
    async ({ params: { id }, query: { until, ...query } }) => {
      const { after, limit } = readPage(SpanCursor, query);
      const position: SpanPosition | undefined = after;
      const wanted = { vehicleId: id, until: readUntil(until) };
      const page = await refuseSlowQuery(vehicleTimeline(pool, wanted, { after: position, limit }), tooManyRows);
      if (page === undefined) throw unknownVehicle(id);
      return toPage(page);
    },
  );
}

const tooManyRows =
  'this vehicle has too many rows to be read at once; ask in SQL, where there is time for it: docs/fleet.md';

/** The answer where no row is of a vehicle. */
export const unknownVehicle = (id: string) =>
  notFound(
    `no row of objects-detection or vehicle-status is of the vehicle ${JSON.stringify(id)}; /api/vehicles lists them`,
  );

/** @throws HttpProblem 422 when it is no time */
function readUntil(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const moment = readBound(text, 'from');
  if (moment !== undefined) return `${moment}Z`;
  throw unprocessable([{ path: 'until', message: `must be ${timeWords}; got ${JSON.stringify(text)}` }]);
}
