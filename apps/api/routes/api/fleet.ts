import { Type } from 'typebox';
import { fleetRange, maxListed } from '#database/queries/fleet/fleet-range.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Instant, Nullable, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';

const range = {
  first: Nullable(Instant),
  last: Nullable(Instant),
  days: Type.Array(Type.String({ format: 'date', examples: ['2022-06-05'] }), {
    description: `Days of UTC that have rows, the latest first; the latest ${maxListed} of them`,
  }),
};
const Names = (description: string) =>
  Type.Array(Type.String(), { description: `${description}, by name; the first ${maxListed} of them` });

const FleetSchema = Type.Object(
  {
    detections: Type.Object({ ...range, objectTypes: Names('Types that were detected') }),
    reports: Type.Object({ ...range, statuses: Names('Statuses that were reported') }),
  },
  component('Fleet', 'When there are rows about the fleet, and what can be asked for in them'),
);

/** GET /api/fleet. */
export async function fleetRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/fleet',
    {
      schema: {
        operationId: 'getFleet',
        tags: ['datasets'],
        summary: 'The days, types and statuses of the fleet that there are rows of',
        response: { 200: FleetSchema, ...problems() },
      },
    },
    () => refuseSlowQuery(fleetRange(pool), 'ask again when less is being loaded'),
  );
}
