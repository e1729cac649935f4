import { type TProperties, Type } from 'typebox';
import { maxProfileEntries } from '#database/queries/fleet/vehicle-profile.js';
import { component } from '../../http/openapi/component.js';
import { Instant, ListQuery, Nullable } from '../../http/schemas.js';

/** Cursors hold ids and statuses, of 64 characters each, four bytes a character. */
const maxCursorLength = 2_000;

/** Parameters of a list whose cursors may be long. */
const LongListQuery = <T extends TProperties>(filters: T) => {
  const { properties } = ListQuery(filters);
  const cursor = Type.Optional(
    Type.String({ maxLength: maxCursorLength, description: '`nextCursor` of the page before' }),
  );
  return Type.Object({ ...properties, cursor }, { additionalProperties: false });
};

const until = Type.Optional(
  Type.String({
    maxLength: 40,
    description:
      'Up to when time is counted, now if not given: an ISO-8601 time (without an offset: UTC), or a date, which means its first moment',
    examples: ['2022-07-01'],
  }),
);

export const VehiclesQuery = LongListQuery({
  status: Type.Optional(Type.String({ description: 'The current status, exactly' })),
  hasAccident: Type.Optional(
    Type.Boolean({ description: 'Whether it ever reported an accident; one that never reported a status did not' }),
  ),
  reported: Type.Optional(
    Type.Boolean({ description: 'Whether it ever reported a status; others are known by what they detected' }),
  ),
});
export const StatusesQuery = LongListQuery({});
export const TimelineQuery = LongListQuery({ until });
export const ProfileQuery = Type.Object({ until }, { additionalProperties: false });
export const VehicleParams = Type.Object({ id: Type.String({ description: 'The vehicle' }) });

const Count = (description: string) => Type.Integer({ minimum: 0, description });
const Objects = Type.String({
  pattern: '^-?[0-9]+$',
  description: 'Sum of the values; a whole number as text, since it may pass 2^53',
});

const vehicleFields = {
  vehicleId: Type.String(),
  status: Nullable(Type.String({ description: 'What its latest report says; null if it never reported' })),
  reportedAt: Nullable(Instant),
  since: Nullable(
    Type.String({
      format: 'date-time',
      description: 'Since when it has this status: its first report after the last one that says otherwise',
    }),
  ),
  hasAccident: Type.Boolean({ description: 'Whether it ever reported an accident' }),
  links: Type.Object({ self: Type.String(), timeline: Type.String(), history: Type.String() }),
};

export const VehicleSchema = Type.Object(vehicleFields, component('Vehicle'));

export const StatusCountSchema = Type.Object(
  { status: Type.String(), vehicles: Count('Vehicles whose latest report says this') },
  component('VehicleStatusCount'),
);

export const SpanSchema = Type.Object(
  {
    status: Type.String(),
    from: Instant,
    to: Nullable(
      Type.String({
        format: 'date-time',
        description: 'When it first reported another status; null for the current one',
      }),
    ),
    seconds: Type.Number({ minimum: 0, description: 'How long that was, as far as it lies before `until`' }),
    reports: Count('Reports in a row that say so'),
  },
  component('VehicleStatusSpan'),
);

const most = `the ${maxProfileEntries} with the most reports`;

export const ProfileSchema = Type.Object(
  {
    ...vehicleFields,
    firstSeen: Nullable(Instant),
    lastSeen: Nullable(Instant),
    detections: Type.Object({
      first: Nullable(Instant),
      last: Nullable(Instant),
      reports: Count('Rows of objects-detection'),
      objects: Objects,
      types: Count('Different types'),
      byType: Type.Array(Type.Object({ objectType: Type.String(), reports: Count('Rows'), objects: Objects }), {
        description: `Of ${most}`,
      }),
    }),
    reports: Type.Object({
      first: Nullable(Instant),
      last: Nullable(Instant),
      reports: Count('Rows of vehicle-status'),
      statuses: Count('Different statuses'),
      until: Instant,
      byStatus: Type.Array(
        Type.Object({
          status: Type.String(),
          reports: Count('Rows'),
          seconds: Type.Number({
            minimum: 0,
            description: 'From each of these reports to the next one of the vehicle, of the last one to `until`',
          }),
        }),
        { description: `Of ${most}` },
      ),
    }),
  },
  component('VehicleProfile', 'What is known of one vehicle'),
);
