import { type Static, Type } from 'typebox';
import { isZone } from '#calendar/zone.js';
import { type DetectionGroup, detectionStats } from '#database/queries/fleet/detection-stats.js';
import { type GroupKeyName, groupKeyNames } from '#database/queries/fleet/group-keys.js';
import { maxCursorLength } from '../../datasets/read-page.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { unprocessable } from '../../http/problem.js';
import { expectValueRange, readForwardRange } from '../../http/ranges.js';
import { Instant, ListQuery, PageOf, problems } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { detectionFilters } from './objects-detection.js';

const Group = Type.Object(
  {
    objectType: Type.Optional(Type.String()),
    vehicleId: Type.Optional(Type.String()),
    hour: Type.Optional(Instant),
    day: Type.Optional(Type.String({ format: 'date', examples: ['2022-06-05'] })),
    reports: Type.Integer({ minimum: 0, description: 'Rows: how often something was reported' }),
    objects: Type.String({
      pattern: '^-?[0-9]+$',
      description: 'Sum of their values: how many objects; a whole number as text, since it may pass 2^53',
      examples: ['9007199254740993'],
    }),
    vehicles: Type.Integer({ minimum: 0, description: 'Different vehicles that reported' }),
  },
  component('DetectionGroup', 'Figures about a group of detections; it has the keys that groupBy names'),
);

const { properties } = ListQuery({
  groupBy: Type.Optional(
    Type.String({
      maxLength: 200,
      description: `Any of ${groupKeyNames.join(', ')}, separated by commas; groups are sorted in this order. Without it: one group of all`,
      examples: ['objectType,day'],
    }),
  ),
  timezone: Type.Optional(
    Type.String({
      maxLength: 60,
      description: 'Time zone of hours and days by its IANA name; UTC if not given. from and to stay in UTC',
      examples: ['Asia/Shanghai'],
    }),
  ),
  ...detectionFilters,
});
const StatsQuery = Type.Object(
  {
    ...properties,
    cursor: Type.Optional(
      Type.String({
        maxLength: maxCursorLength,
        description: '`nextCursor` of the page before, with the same groupBy',
      }),
    ),
  },
  { additionalProperties: false },
);

/** GET /api/objects-detection/stats. */
export async function detectionStatsRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/objects-detection/stats',
    {
      schema: {
        operationId: 'getDetectionStats',
        tags: ['datasets'],
        summary: 'Detections counted by type, vehicle, hour and day',
        description:
          'Of each group the reports (rows), the objects (the sum of their values) and the vehicles that reported. ' +
          'Groups without detections are left out.',
        querystring: StatsQuery,
        response: { 200: PageOf(Group, 'A page of groups'), ...problems(422) },
      },
    },
    async ({ query: { groupBy: named, timezone, cursor, limit, ...filters } }) => {
      const groupBy = readGroupBy(named);
      const zone = readZone(timezone);
      expectValueRange(filters);
      const filter = { ...filters, ...readForwardRange(filters) };
      // A position in other groups, or in those of another zone, is none in these.
      const grouping = [...groupBy, zone ?? 'UTC'].join();
      const keys = Type.Array(Type.String(), { minItems: groupBy.length, maxItems: groupBy.length });
      const page = readPage(Type.Tuple([Type.Literal(grouping), keys]), {
        ...(cursor === undefined ? {} : { cursor }),
        ...(limit === undefined ? {} : { limit }),
      });
      const groups = await refuseSlowQuery(
        detectionStats(pool, { filter, groupBy, zone }, { after: page.after?.[1], limit: page.limit }),
        'ask for a shorter time (from, to), for one vehicle or for one type',
      );
      return toPage({ items: groups.items.map(toItem), next: groups.next && [grouping, groups.next] });
    },
  );
}

const toItem = ({ keys, ...figures }: DetectionGroup): Static<typeof Group> => ({ ...keys, ...figures });

/** @throws HttpProblem 422 naming what is no key */
function readGroupBy(text = ''): GroupKeyName[] {
  const names = text === '' ? [] : text.split(',');
  const keys = groupKeyNames.filter((key) => names.includes(key)).sort((a, b) => names.indexOf(a) - names.indexOf(b));
  if (keys.length === names.length) return keys;
  const message = `must be any of ${groupKeyNames.join(', ')}, each once, separated by commas; got ${JSON.stringify(text)}`;
  throw unprocessable([{ path: 'groupBy', message }]);
}

/** @returns undefined for UTC, which is asked for most. @throws HttpProblem 422 when there is no such zone */
function readZone(name: string | undefined): string | undefined {
  if (name === undefined || name === 'UTC') return undefined;
  // Some versions of Node take offsets for zones, and PostgreSQL takes them the other way round.
  if (/^[A-Za-z]/.test(name) && isZone(name)) return name;
  const message = `must be the IANA name of a time zone, like Europe/Berlin or UTC; got ${JSON.stringify(name)}`;
  throw unprocessable([{ path: 'timezone', message }]);
}
