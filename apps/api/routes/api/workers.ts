import { Type } from 'typebox';
import { findWorker, listWorkers, workerStates } from '#database/queries/workers.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { Instant, ListQuery, Nullable, namedIn, OneOrMore, PageOf, problems, RunId } from '../../http/schemas.js';

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

const WorkerQuery = ListQuery({ state: Type.Optional(OneOrMore(workerStates, 'State of the worker')) });
const WorkerId = Type.String({ minLength: 1, maxLength: 200, description: 'A worker’s id' });

/** GET /api/workers and /api/workers/{id}. */
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
      if (!worker) throw notFound(`no worker has the id ${params.id}`);
      return worker;
    },
  );
}
