import { Type } from 'typebox';
import { sensorBuckets, sensorGroups } from '#database/queries/recordings/sensor-filter.js';
import { type SensorStats, sensorStats } from '#database/queries/recordings/sensor-stats.js';
import type { ApiDeps } from '../../../deps.js';
import { readNames } from '../../../footage/names.js';
import type { App } from '../../../http/app-type.js';
import { readPage, toPage } from '../../../http/cursor.js';
import { ListQuery, Nullable, namedIn, OneOrMore, PageOf, problems, TimeBound } from '../../../http/schemas.js';
import { refuseSlowQuery } from '../../../http/slow-query.js';
import { readInstants } from '../../../http/time-range.js';

const percent = '(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]{1,6})?)';

const StatsQuery = ListQuery({
  metric: Type.Optional(
    Type.String({ maxLength: 1000, description: 'Only these metrics, separated by commas', examples: ['speed'] }),
  ),
  recording: Type.Optional(Type.String({ description: 'Only values of this recording' })),
  location: Type.Optional(Type.String({ description: 'Only values of recordings made there' })),
  from: TimeBound('Measured then or later'),
  to: TimeBound('Measured then or earlier'),
  minValue: Type.Optional(Type.Number({ description: 'Only values of at least this' })),
  maxValue: Type.Optional(Type.Number({ description: 'Only values of at most this' })),
  groupBy: Type.Optional(OneOrMore(sensorGroups, 'What the values of a group share; without it all are one group')),
  bucket: Type.Optional(
    Type.Enum([...sensorBuckets], { default: 'hour', description: 'How long a bucket of time is, in UTC' }),
  ),
  percentiles: Type.Optional(
    Type.String({
      pattern: `^${percent}(,${percent}){0,9}$`,
      description: 'Up to ten, 0 to 100, separated by commas. They read each value, which takes time',
      examples: ['50,95,99'],
    }),
  ),
});

const StatsSchema = Type.Object({
  recording: Type.Optional(Type.String({ description: 'Where groups share it' })),
  location: Type.Optional(Type.String({ description: 'Where groups share it' })),
  metric: Type.Optional(Type.String({ description: 'Where groups share it' })),
  bucket: Type.Optional(Type.String({ format: 'date-time', description: 'First moment, where groups share it' })),
  count: Type.Integer({ description: 'How many values' }),
  min: Type.Number(),
  max: Type.Number(),
  mean: Nullable(Type.Number({ description: 'Null where a value is beyond 1e145' })),
  stddev: Nullable(
    Type.Number({ description: 'Standard deviation of a sample (n − 1); null for a single value, and as the mean' }),
  ),
  percentiles: Type.Optional(
    Type.Record(Type.String(), Type.Number(), { description: 'By percent; interpolated between neighbours' }),
  ),
});

/** GET /api/sensors/stats. */
export async function sensorRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/sensors/stats',
    {
      schema: {
        operationId: 'getSensorStats',
        tags: ['recordings'],
        summary: 'Figures about sensor values: count, extremes, mean, standard deviation, percentiles; by group',
        description:
          'Groups in the order of recording, location, metric and bucket. Groups without values are left out.',
        querystring: StatsQuery,
        response: { 200: PageOf(StatsSchema, 'A page of groups'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { metric, groupBy, bucket = 'hour', percentiles, ...rest } = query;
      const metrics = readNames(metric, 'metric');
      const by = namedIn(sensorGroups, groupBy) ?? [];
      const named = percentiles?.split(',') ?? [];
      const { recording, location, minValue, maxValue } = rest;
      const filter = { metrics, recording, location, minValue, maxValue, ...readInstants(query) };
      const question = { filter, grouping: { by, bucket }, percentiles: named.map(Number) };
      // The cursor of another grouping has another number of keys.
      const Position = Type.Array(Type.String(), { minItems: by.length, maxItems: by.length });
      const stats = sensorStats(pool, question, readPage(Position, query));
      const found = toPage(
        await refuseSlowQuery(stats, 'narrow it (recording, metric, from, to), or ask without percentiles'),
      );
      return { ...found, items: found.items.map((item) => toItem(item, named)) };
    },
  );
}

const toItem = ({ keys, percentiles, ...figures }: SensorStats, named: readonly string[]) => ({
  ...keys,
  ...figures,
  ...(named.length === 0
    ? {}
    : { percentiles: Object.fromEntries(named.map((name, index) => [name, percentiles[index] ?? Number.NaN])) }),
});
