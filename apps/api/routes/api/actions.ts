import { Type } from 'typebox';
import { actionNames, listActions } from '#database/actions.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import {
  CallerName,
  FileId,
  Instant,
  ListQuery,
  Nullable,
  namedIn,
  OneOrMore,
  PageOf,
  problems,
  RunId,
  TimeBound,
} from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';

const ActionSchema = Type.Object(
  {
    id: Type.String(),
    at: Instant,
    caller: CallerName,
    session: Nullable(
      Type.String({ description: 'Which session; the log’s lines of its log-in and log-out have it, too' }),
    ),
    address: Type.String({ description: 'The client’s address' }),
    action: Type.Enum([...actionNames]),
    queue: Nullable(Type.String({ description: 'Of an action on queues; null: all queues' })),
    subject: Type.String({
      description: 'What it was done to: queue, run, runs, files, file: and its id, or schedule: or task: and its name',
    }),
    runId: Nullable(Type.String({ description: 'Of an action on a run' })),
    detail: Type.Unknown({
      description: 'What came with it and what came of it, or null; a max of null takes a limit away',
    }),
    status: Nullable(
      Type.Integer({
        description:
          'The HTTP status that it was answered with; null when the process ended before, so that it may be done',
      }),
    ),
  },
  component('Action'),
);

const ActionQuery = ListQuery({
  action: Type.Optional(OneOrMore(actionNames, 'What was done')),
  queue: Type.Optional(Type.String({ description: 'Name of the queue; what was done to all queues is listed, too' })),
  subject: Type.Optional(
    Type.String({
      description: 'What it was done to: queue, run, runs, files, file: and its id, or schedule: or task: and its name',
    }),
  ),
  runId: Type.Optional(RunId),
  caller: Type.Optional(
    Type.String({ maxLength: 200, description: 'Who did it: bearer, session, local, or user: and the name' }),
  ),
  from: TimeBound('Done then or later'),
  to: TimeBound('Done then or earlier'),
});

/** GET /api/actions: what was done by hand. */
export async function actionRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/actions',
    {
      schema: {
        operationId: 'listActions',
        tags: ['actions'],
        summary: 'What was done by hand to queues, runs, files, schedules and tasks, newest first',
        description:
          'Bull Board (/queues) only shows unless QUEUE_ACTIONS=on. Then queues may be paused, set going again and slowed ' +
          'down; each of these is recorded here before it is done. Jobs are never added, changed, moved, retried or ' +
          'removed by hand: a job only carries the id of a run, and the record of runs decides what is done and when. ' +
          'Runs are started, cancelled and retried over this API, and files replayed.',
        querystring: ActionQuery,
        response: { 200: PageOf(ActionSchema, 'A page of actions'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { queue, subject, runId, caller } = query;
      const filter = {
        actions: namedIn(actionNames, query.action),
        queue,
        subject,
        runId,
        caller,
        ...readInstants(query),
      };
      return toPage(await listActions(pool, filter, readPage(FileId, query)));
    },
  );
}
