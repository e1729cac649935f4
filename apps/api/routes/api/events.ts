import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { fileStates, runStates } from '#contracts/states.js';
import { cutSnapshot } from '#database/changes/snapshot.js';
import { findRunNow, type RunSummary } from '#database/queries/runs.js';
import { readSessionCookie } from '../../auth/cookie.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { notFound } from '../../http/problem.js';
import { namedIn, OneOrMore, problems, RunId } from '../../http/schemas.js';
import { eventKinds } from '../../live/events.js';
import type { EventFilter } from '../../live/filter.js';
import { Listener } from '../../live/listener.js';
import type { Live } from '../../live/live.js';
import { maxOpen } from '../../live/position.js';
import type { FirstState } from '../../live/serve.js';
import { LiveEventSchema, PulseEventSchema, RunEventSchema } from './event-schemas.js';
import { logLevels } from './log-query.js';

const LastEventId = Type.Optional(
  Type.String({
    description:
      'The id of the last event that was received: the stream goes on after it. The header Last-Event-ID, which an EventSource sends when it comes back by itself, goes before it',
  }),
);
const Level = Type.Optional(OneOrMore(logLevels, 'Log lines: of these levels'));

const EventQuery = Type.Object(
  {
    kind: Type.Optional(OneOrMore(eventKinds, 'Kinds of events; run,file,progress if not given')),
    task: Type.Optional(
      Type.String({ maxLength: 200, description: 'Of runs of this task, and of files that such a run holds' }),
    ),
    source: Type.Optional(Type.String({ maxLength: 200, description: 'Files: of this source' })),
    state: Type.Optional(OneOrMore([...runStates, ...fileStates], 'Runs and files: that came to these states')),
    level: Level,
    rootId: Type.Optional(RunId),
    lastEventId: LastEventId,
  },
  { additionalProperties: false },
);

const RunEventQuery = Type.Object(
  {
    kind: Type.Optional(OneOrMore(eventKinds, 'Kinds of events; all if not given')),
    level: Level,
    flow: Type.Optional(Type.Boolean({ description: 'Of all runs below this one as well' })),
    lastEventId: LastEventId,
  },
  { additionalProperties: false },
);

/** What is said of both streams in OpenAPI. */
const words =
  'Server-sent events. Each arrives within a second of the commit that it is about, in the order of each run’s and file’s ' +
  'history. A client that comes back with the id of its last event goes on after it, on any process of the API: no event is ' +
  'missing and none comes twice. Lines with an id and nothing else, now and then, are ids of positions between events. A ' +
  'client that reads too slowly is disconnected, and may come back. See docs/live.md.';

const streamOf = (schema: TSchema) => ({
  200: { description: 'The stream, until one side ends it', content: { 'text/event-stream': { schema } } },
});

/** GET /api/events, /api/events/pulse and /api/runs/{id}/events. */
export async function eventRoutes(app: App, { pool, live }: Pick<ApiDeps, 'pool'> & { live: Live }): Promise<void> {
  app.get(
    '/api/events',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        tags: ['live'],
        summary: 'What happens to runs and files, as it happens',
        description: words,
        querystring: EventQuery,
        response: { ...streamOf(LiveEventSchema), ...problems(422) },
      },
    },
    (request, reply) => {
      const { query } = request;
      const filter: EventFilter = {
        kinds: namedIn(eventKinds, query.kind) ?? ['run', 'file', 'progress'],
        task: query.task,
        source: query.source,
        states: namedIn([...runStates, ...fileStates], query.state),
        levels: namedIn(logLevels, query.level),
        rootId: query.rootId?.toLowerCase(),
      };
      live.admit();
      live.listen(open(request, reply, filter), lastIdOf(request, query), undefined);
    },
  );

  app.get(
    '/api/events/pulse',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamPulses',
        tags: ['live'],
        summary: 'That something changed of runs and files, summed up once a second',
        description:
          'Server-sent events, for pages that read their lists again when something has changed. The first change after a ' +
          'quiet time is sent at once, then one pulse a second at most, and none while nothing changes. No change that is ' +
          'committed after `ready` goes without a pulse; the first pulse may have some from before. Events have no ids: a ' +
          'client that comes back gets `ready` again, and reads its lists. See docs/live.md.',
        response: { ...streamOf(PulseEventSchema), ...problems() },
      },
    },
    (request, reply) => {
      live.admit();
      live.listenToPulses(open(request, reply, { kinds: ['run', 'file'] }));
    },
  );

  app.get(
    '/api/runs/:id/events',
    {
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamRunEvents',
        tags: ['live'],
        summary: 'A run’s present state, and then what happens to it',
        description: `${words} The first event is \`state\`, as GET /api/runs/{id} shows the run, without its lists.`,
        params: Type.Object({ id: RunId }),
        querystring: RunEventQuery,
        response: { ...streamOf(RunEventSchema), ...problems(404, 422) },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      live.admit();
      const found = await findRunNow(pool, params.id);
      if (!found) throw notFound(`no run has the id ${params.id}`);
      const { run, now, seconds } = found;
      const filter: EventFilter = {
        kinds: namedIn(eventKinds, query.kind) ?? eventKinds,
        levels: namedIn(logLevels, query.level),
        ...scopeOf(run, query.flow === true),
      };
      const first: FirstState = { run, position: { until: cutSnapshot(now, maxOpen), seconds } };
      live.listen(open(request, reply, filter), lastIdOf(request, query), first);
    },
  );
}

/** Of a run: that run alone, or all of its flow below it. */
function scopeOf({ id, rootId }: RunSummary, withFlow: boolean): Pick<EventFilter, 'run' | 'rootId' | 'belowRun'> {
  if (!withFlow) return { run: id };
  return id === rootId ? { rootId } : { rootId, belowRun: id };
}

/** Begins the answer, which is written past the framework from then on. */
function open(request: FastifyRequest, reply: FastifyReply, filter: EventFilter): Listener {
  reply.hijack();
  // nginx would gather what it gets before it passes it on.
  reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  const session = request.caller?.session ? readSessionCookie(request) : undefined;
  return new Listener(reply.raw, filter, session);
}

/** The header is newer than what stands in an address, which an EventSource keeps. */
function lastIdOf({ headers }: FastifyRequest, query: { readonly lastEventId?: string }): string | undefined {
  const id = [headers['last-event-id']].flat()[0] ?? query.lastEventId;
  return id === '' ? undefined : id;
}
