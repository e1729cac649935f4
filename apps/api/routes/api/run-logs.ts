import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { countLogs, type LogFilter, listLogs, logSorts } from '#database/queries/run-logs.js';
import { findLog } from '#database/queries/whole-log.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { component } from '../../http/openapi/component.js';
import { notFound } from '../../http/problem.js';
import { FileId, ListQuery, namedIn, PageOf, problems, RunId } from '../../http/schemas.js';
import { refuseSlowQuery } from '../../http/slow-query.js';
import { type LogFormat, logFormats } from '../../runs/log-formats.js';
import { sendLog } from '../../runs/send-log.js';
import { logFilterFields, logLevels, readText } from './log-query.js';
import { LogLineSchema } from './run-schemas.js';

const LineId = (description: string) => Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,17}$', description }));

const filterFields = {
  ...logFilterFields,
  attempt: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Number of the attempt' })),
  before: LineId('Lines before the one with this id'),
  after: LineId('Lines after the one with this id'),
};

const LogQuery = ListQuery({
  ...filterFields,
  sort: Type.Optional(
    Type.Enum([...logSorts], { description: 'Order; at, the oldest line first, if not given; -at: the newest first' }),
  ),
});

const LogCountsSchema = Type.Object(
  {
    count: Type.Integer({ description: 'All lines that the filter finds' }),
    isComplete: Type.Boolean({ description: 'False when there are 200,000 or more; not all were counted then' }),
    groups: Type.Array(
      Type.Object({ level: Type.String(), attempt: Type.Integer(), count: Type.Integer({ minimum: 1 }) }),
      { description: 'By attempt and level; those without lines are left out' },
    ),
  },
  component('RunLogCounts', 'How many lines a run’s log has'),
);

const LogFile = Type.Unsafe<Readable>(Type.String({ description: 'The log, sent as it is read' }));

const IdParam = Type.Object({ id: RunId });

/** GET /api/runs/{id}/logs, /api/runs/{id}/logs/counts, and the whole log as a file: /api/runs/{id}/logs.txt, /logs.ndjson. */
export async function runLogRoutes(app: App, { pool }: ApiDeps): Promise<void> {
  app.get(
    '/api/runs/:id/logs',
    {
      schema: {
        operationId: 'listRunLogLines',
        tags: ['runs'],
        summary: 'A run’s log, oldest line first if not asked otherwise',
        params: IdParam,
        querystring: LogQuery,
        response: { 200: PageOf(LogLineSchema, 'A page of the log'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const wanted = { ...readPage(FileId, query), sort: query.sort ?? 'at' };
      const page = await refuseSlowQuery(listLogs(pool, params.id, readFilter(query), wanted), narrower);
      if (!page) throw unknownRun(params.id);
      return toPage(page);
    },
  );

  app.get(
    '/api/runs/:id/logs/counts',
    {
      schema: {
        operationId: 'countRunLogLines',
        tags: ['runs'],
        summary: 'How many lines a run’s log has, by level and attempt',
        params: IdParam,
        querystring: Type.Object(filterFields, { additionalProperties: false }),
        response: { 200: LogCountsSchema, ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const counts = await refuseSlowQuery(countLogs(pool, params.id, readFilter(query)), narrower);
      if (!counts) throw unknownRun(params.id);
      return { ...counts, groups: [...counts.groups] };
    },
  );

  for (const format of logFormats) addFileRoute(format);

  function addFileRoute(format: LogFormat): void {
    const { ending, mediaType, about } = format;
    app.get(
      `/api/runs/:id/logs.${ending}`,
      {
        schema: {
          operationId: `exportRunLogAs${ending.charAt(0).toUpperCase()}${ending.slice(1)}`,
          tags: ['runs'],
          summary: `A run’s whole log as ${ending.toUpperCase()}, oldest line first`,
          description: `${about} It ends with the line that was the last one at the request. A file that breaks off is not whole.`,
          params: IdParam,
          querystring: Type.Object(filterFields, { additionalProperties: false }),
          response: {
            200: { description: 'The log', content: { [mediaType]: { schema: LogFile } } },
            ...problems(404, 422),
          },
        },
      },
      async ({ params, query }, reply) => {
        const filter = readFilter(query);
        const log = await findLog(pool, params.id);
        if (!log) throw unknownRun(params.id);
        return sendLog(reply, pool, { log, filter, format });
      },
    );
  }
}

interface FilterQuery {
  readonly level?: string;
  readonly text?: string;
  readonly attempt?: number;
  readonly before?: string;
  readonly after?: string;
}

const readFilter = ({ level, text, attempt, before, after }: FilterQuery): LogFilter => ({
  levels: namedIn(logLevels, level),
  text: readText(text),
  attempt,
  before,
  after,
});

const narrower = 'ask for less: a level, an attempt, or other words';

const unknownRun = (id: string) => notFound(`no run has the id ${id}`);
