import { Type } from 'typebox';
import { searchLogs } from '#database/queries/log-search.js';
import { timeSpanOf } from '#database/queries/run-filter.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { FileId, ListQuery, namedIn, PageOf, problems, RunId, TimeBound } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { readInstants } from '../../http/time-range.js';
import { logFilterFields, logLevels, readText } from './log-query.js';
import { FoundLineSchema } from './run-schemas.js';

const LogsQuery = ListQuery({
  ...logFilterFields,
  task: Type.Optional(Type.String({ maxLength: 200, description: 'Name of the task' })),
  runId: Type.Optional(RunId),
  rootId: Type.Optional(RunId),
  from: TimeBound('Said then or later'),
  to: TimeBound('Said then or earlier'),
});

/** Cursors have the time as the database writes it. */
const Position = Type.Object({
  at: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,15}Z$' }),
  id: Type.Union([FileId, Type.Literal('0')]),
});

/** GET /api/logs. */
export async function logRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/logs',
    {
      schema: {
        operationId: 'searchLogs',
        tags: ['runs'],
        summary: 'Lines of the logs of all runs, the newest first',
        description:
          'A page may be short, even empty, and yet have a `nextCursor`: a search for what is rare among very many lines ends its page after some seconds.',
        querystring: LogsQuery,
        response: { 200: PageOf(FoundLineSchema, 'A page of lines'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const { task, runId, rootId } = query;
      const search = {
        ...{ task, runId, rootId },
        text: readText(query.text),
        levels: namedIn(logLevels, query.level),
        ...timeSpanOf(readInstants(query)),
      };
      const found = searchLogs(pool, search, readPage(Position, query));
      return toPage(await refuseSlowQuery(found, 'ask for less: a rarer word, a level, a task or a time (from, to)'));
    },
  );
}
