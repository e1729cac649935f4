import { Type } from 'typebox';
import { attemptStates } from '#contracts/states.js';
import { listWorkerAttempts } from '#database/queries/worker-attempts.js';
import { findWorker, listWorkers, workerStates } from '#database/queries/workers.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { Instant, Json, ListQuery, Nullable, namedIn, OneOrMore, PageOf, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { AttemptState } from './run-schemas.js';

const Figure = (description: string) => Nullable(Type.Number({ description }));

const WorkerDetailSchema = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum([...workerStates], {
      description:
        'living; silent: three signs of life did not come; lost: none came for so long that its runs were given to others; ' +
        'stopped: in good order',
    }),
    host: Type.String(),
    pid: Type.Integer(),
    version: Nullable(Type.String({ description: 'Of Millrace' })),
    slots: Nullable(
      Type.Record(Type.String(), Type.Integer(), { description: 'How many runs of each queue it takes at a time' }),
    ),
    rss: Figure('Bytes of memory that the process has'),
    heap: Figure('Bytes of them that are objects of JavaScript'),
    loopDelayMs: Figure('Milliseconds by which its event loop was late, the 99th percentile'),
    cpu: Figure('Cores that it used: 1 is one core all the time'),
    startedAt: Instant,
    seenAt: Instant,
    stoppedAt: Nullable(Instant),
    runs: Type.Array(
      Type.Object({
        id: RunId,
        task: Type.String(),
        attempt: Type.Integer(),
        since: Instant,
      }),
      { description: 'What it runs now' },
    ),
  },
  component('WorkerDetail', 'A worker process, as it was at its last sign of life'),
);

const WorkerAttemptSchema = Type.Object(
  {
    runId: RunId,
    task: Type.String(),
    number: Type.Integer({ description: 'Counts the attempts of the run, from 1' }),
    state: AttemptState,
    startedAt: Instant,
    endedAt: Nullable(Instant),
    error: Json,
  },
  component('WorkerAttempt', 'One try of a run, of those that a worker had'),
);

const WorkerQuery = ListQuery({ state: Type.Optional(OneOrMore(workerStates, 'State of the worker')) });
const WorkerId = Type.String({ minLength: 1, maxLength: 200, description: 'A worker’s id' });
const AttemptQuery = ListQuery({ state: Type.Optional(OneOrMore(attemptStates, 'State of the attempt')) });

/** Cursors have the time as the database writes it. */
const AttemptPosition = Type.Object({
  startedAt: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z$' }),
  runId: RunId,
  number: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
});

const unknownWorker = (id: string) => notFound(`no worker has the id ${id}`);

/** GET /api/workers, /api/workers/{id} and /api/workers/{id}/attempts. */
export async function workerRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/workers',
    {
      schema: {
        operationId: 'listWorkers',
        tags: ['workers'],
        summary: 'Worker processes: where they run, how they are and what they run, the last started first',
        querystring: WorkerQuery,
        response: { 200: PageOf(WorkerDetailSchema, 'A page of workers'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const states = namedIn(workerStates, query.state);
      return toPage(await listWorkers(pool, states, readPage(WorkerId, query)));
    },
  );

  app.get(
    '/api/workers/:id',
    {
      schema: {
        operationId: 'getWorker',
        tags: ['workers'],
        summary: 'One worker process',
        params: Type.Object({ id: WorkerId }),
        response: { 200: WorkerDetailSchema, ...problems(404) },
      },
    },
    async ({ params }) => {
      const worker = await findWorker(pool, params.id);
      if (!worker) throw unknownWorker(params.id);
      return worker;
    },
  );

  app.get(
    '/api/workers/:id/attempts',
    {
      schema: {
        operationId: 'listWorkerAttempts',
        tags: ['workers'],
        summary: 'What a worker has tried, the last begun first',
        params: Type.Object({ id: WorkerId }),
        querystring: AttemptQuery,
        response: { 200: PageOf(WorkerAttemptSchema, 'A page of attempts'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const states = namedIn(attemptStates, query.state);
      const found = listWorkerAttempts(pool, params.id, states, readPage(AttemptPosition, query));
      const page = await refuseSlowQuery(found, 'ask for the attempts of all states');
      if (!page) throw unknownWorker(params.id);
      return toPage(page);
    },
  );
}
