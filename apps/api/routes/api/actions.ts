import { Type } from 'typebox';
import { actionNames, listActions } from '#database/actions.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import {
  FileId,
  Instant,
  ListQuery,
  Nullable,
  namedIn,
  OneOrMore,
  PageOf,
  problems,
  TimeBound,
} from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';

const ActionSchema = Type.Object(
  {
    id: Type.String(),
    at: Instant,
    caller: Type.Enum(['bearer', 'session', 'local'], {
      description: 'A program with the token, a person who logged in, or anybody on this machine (no token set)',
    }),
    session: Nullable(
      Type.String({ description: 'Which session; the log’s lines of its log-in and log-out have it, too' }),
    ),
    address: Type.String({ description: 'The client’s address' }),
    action: Type.Enum([...actionNames]),
    queue: Nullable(Type.String({ description: 'Null: all queues' })),
    detail: Type.Unknown({ description: 'The numbers that came with it, or null; a max of null takes a limit away' }),
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
  from: TimeBound('Done then or later'),
  to: TimeBound('Done then or earlier'),
});

/** GET /api/actions: what was done to queues by hand. */
export async function actionRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/actions',
    {
      schema: {
        operationId: 'listActions',
        tags: ['queues'],
        summary: 'What was done to queues by hand, newest first',
        description:
          'Bull Board (/queues) only shows unless QUEUE_ACTIONS=on. Then queues may be paused, set going again and slowed ' +
          'down; each of these is recorded here before it is done. Jobs are never added, changed, moved, retried or ' +
          'removed by hand: a job only carries the id of a run, and the record of runs decides what is done and when. ' +
          'Replay a file or start a run instead.',
        querystring: ActionQuery,
        response: { 200: PageOf(ActionSchema, 'A page of actions'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const filter = { actions: namedIn(actionNames, query.action), queue: query.queue, ...readInstants(query) };
      return toPage(await listActions(pool, filter, readPage(FileId, query)));
    },
  );
}
