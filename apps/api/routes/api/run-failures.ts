import { Type } from 'typebox';
import { listFailures } from '#database/queries/run-failures.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { defaultLimit, Instant, Nullable, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { readInstants } from '../../http/time-range.js';
import { groupByCause } from '../../runs/failure-causes.js';
import { runFilterFields } from './run-query.js';

/** Failed runs that one request looks at. */
const maxFailures = 10_000;

const { task, from, to } = runFilterFields;
const FailureQuery = Type.Object(
  {
    ...{ task, from, to },
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, default: defaultLimit, description: 'Most causes in the answer' }),
    ),
  },
  { additionalProperties: false },
);

const Text = (description: string) => Nullable(Type.String({ description }));
const CauseSchema = Type.Object(
  {
    task: Type.String(),
    error: Text('Name of the error: what the filter `error` of GET /api/runs and POST /api/runs/retry takes'),
    code: Text('Kind of what is wrong with an input; null of other errors'),
    message: Text('What their messages have in common, with `…` for what varies: numbers, ids, quoted texts, paths'),
    count: Type.Integer({ description: 'How many of the runs failed so' }),
    firstAt: Instant,
    lastAt: Instant,
    example: Type.Object(
      { runId: RunId, message: Text('Its message, at most the first 1,000 characters') },
      { description: 'The run that failed last' },
    ),
  },
  component('FailureCause', 'Failed runs of one task that failed for the same reason'),
);
const FailuresSchema = Type.Object(
  {
    runs: Type.Integer({ description: 'Failed runs that were looked at: the last recorded, at most 10,000' }),
    more: Type.Boolean({ description: 'Whether there are older ones, which were not looked at' }),
    causes: Type.Array(CauseSchema, { description: 'The most frequent first' }),
    causeCount: Type.Integer({ description: 'How many causes there are among those runs' }),
  },
  component('RunFailures', 'Why runs failed'),
);

/** GET /api/runs/failures. */
export async function runFailureRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/runs/failures',
    {
      schema: {
        operationId: 'listRunFailures',
        tags: ['runs'],
        summary: 'Failed runs, grouped by their cause',
        description:
          'A cause is a task, the name and the code of the error, and its message without what varies from run to run.',
        querystring: FailureQuery,
        response: { 200: FailuresSchema, ...problems(422) },
      },
    },
    async ({ query }) => {
      const filter = { task: query.task, ...readInstants(query) };
      const found = await refuseSlowQuery(
        listFailures(pool, filter, maxFailures + 1),
        'ask for less: a task, or a time (from, to)',
      );
      const failures = found.slice(0, maxFailures);
      const causes = groupByCause(failures);
      return {
        runs: failures.length,
        more: found.length > maxFailures,
        causes: causes.slice(0, query.limit ?? defaultLimit),
        causeCount: causes.length,
      };
    },
  );
}
