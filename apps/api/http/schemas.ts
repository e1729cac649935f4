import { type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { component, componentName } from './openapi/component.js';
import { problemType } from './problem.js';
import { problemCodes } from './problems/problem-types.js';

/** RFC 9457 problem details. */
const Problem = Type.Object(
  {
    type: Type.String({
      format: 'uri-reference',
      description: 'Leads to what explains the code: a path of this server',
      examples: ['/docs/problems#not-found'],
    }),
    title: Type.String({ description: 'The kind of problem in a few words' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    code: Type.Enum([...problemCodes], { description: 'The kind of problem; stable, for programs' }),
    detail: Type.String({ description: 'What was expected, what came, what to do' }),
    runId: Type.Optional(Type.String({ description: 'The run that the problem is about' })),
    instance: Type.Optional(Type.String({ description: 'The path that was asked for' })),
    requestId: Type.Optional(Type.String({ description: 'By which the log has the request; also in x-request-id' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON pointer, or the parameter’s name' }),
          message: Type.String(),
        }),
        { description: 'The faults of the request, the first 100 of them' },
      ),
    ),
    errorCount: Type.Optional(Type.Integer({ description: 'How many faults there are in all' })),
  },
  component('Problem', 'Problem details (RFC 9457)'),
);

const meanings = {
  400: 'The request cannot be read',
  401: 'A token or a session is needed, and came not at all or wrong',
  403: 'Refused: it came from another site',
  404: 'Not known',
  409: 'Not possible in its present state',
  410: 'No longer there',
  412: 'Changed by somebody else meanwhile',
  413: 'Too large',
  415: 'Not a media type that is understood here',
  416: 'Behind the end of the file',
  422: 'Each fault is named',
  429: 'Too many wrong tokens or passwords came from this address',
  500: 'Failed here, not in the request',
  503: 'Something that is needed cannot be reached',
  507: 'No room left on the disk',
} as const;

/** Response schemas for error statuses; those that come with every route are added. */
export function problems(...statuses: (keyof typeof meanings)[]): Record<number, TSchema | object> {
  const all = [...new Set([401, 403, 429, 500, 503, ...statuses] as const)].sort();
  return Object.fromEntries(
    all.map((status) => [status, { description: meanings[status], content: { [problemType]: { schema: Problem } } }]),
  );
}

/** A value that may be null. */
export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** An instant, ISO-8601 in UTC. */
export const Instant = Type.String({
  format: 'date-time',
  description: 'ISO-8601 in UTC',
  examples: ['2026-11-20T10:15:30.123Z'],
});

/** Who did something by hand. */
export const CallerName = Type.String({
  pattern: '^(bearer|session|local|user:.+)$',
  description:
    'A program with the token (bearer), a person who logged in by name (user: and the name) or with the token (session), or ' +
    'anybody on this machine, where nobody has to log in (local)',
  examples: ['user:ada'],
});

/** The id of a file: a whole number as text, since it may pass 2^53. */
export const FileId = Type.String({ pattern: '^[1-9][0-9]{0,17}$', description: 'A file’s id' });

/** The id of a run: a UUID of version 7. */
export const RunId = Type.String({
  pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
  description: 'A run’s id (UUID)',
});

/** Any JSON value. */
export const Json = Type.Unknown({ description: 'Any JSON value' });

/** One or more of the values, separated by commas. */
export const OneOrMore = (values: readonly string[], description: string) =>
  Type.String({
    pattern: `^(${values.join('|')})(,(${values.join('|')}))*$`,
    description: `${description}; one or more of ${values.join(', ')}, separated by commas`,
  });

/** The values that a text of `OneOrMore` names. */
export const namedIn = <T extends string>(values: readonly T[], text: string | undefined): T[] | undefined => {
  if (text === undefined) return undefined;
  const named = new Set(text.split(','));
  return values.filter((value) => named.has(value));
};

/** A bound of a time range; see `parseBound`. */
export const TimeBound = (description: string) =>
  Type.Optional(
    Type.String({
      maxLength: 40,
      description: `${description}: a date, or an ISO-8601 time (without an offset: UTC). Inclusive; a date as the upper bound means its whole day.`,
      examples: ['2022-06-05', '2022-06-05T21:02:34.546Z'],
    }),
  );

/** Items on a page when the request does not say. */
export const defaultLimit = 50;

/** Query parameters of every list, added to its own filters. */
export const ListQuery = <T extends TProperties>(filters: T) =>
  Type.Object(
    {
      ...filters,
      cursor: Type.Optional(Type.String({ maxLength: 500, description: '`nextCursor` of the page before' })),
      limit: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 500, default: defaultLimit, description: 'Most items on the page' }),
      ),
    },
    { additionalProperties: false },
  );

/** One page of a list. Its name in the OpenAPI document is that of the item, if it has one, and `Page`. */
export const PageOf = <T extends TObject>(item: T, description: string) => {
  const name = componentName(item);
  return Type.Object(
    {
      items: Type.Array(item),
      nextCursor: Nullable(Type.String({ description: 'Give it as `cursor` to get the next page; null at the end' })),
    },
    name === undefined ? { description } : component(`${name}Page`, description),
  );
};
