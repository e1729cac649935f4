import { Type } from 'typebox';
import { runStates } from '#contracts/states.js';
import { findRun } from '#database/queries/run-detail.js';
import { listLogs } from '#database/queries/run-logs.js';
import { listSteps } from '#database/queries/run-steps.js';
import { listRuns } from '#database/queries/runs.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { readPage, toPage } from '../../http/cursor.js';
import { notFound } from '../../http/problem.js';
import { FileId, ListQuery, namedIn, OneOrMore, PageOf, problems, RunId, TimeBound } from '../../http/schemas.js';
import { readInstants } from '../../http/time-range.js';
import { LogLineSchema, RunDetailSchema, RunSummarySchema, StepSchema } from './run-schemas.js';

const RunQuery = ListQuery({
  task: Type.Optional(Type.String({ description: 'Name of the task' })),
  state: Type.Optional(OneOrMore(runStates, 'State of the run')),
  parentId: Type.Optional(RunId),
  from: TimeBound('Created then or later'),
  to: TimeBound('Created then or earlier'),
});

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

const LogQuery = ListQuery({
  level: Type.Optional(OneOrMore(logLevels, 'Level of the line')),
  attempt: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_147_483_647, description: 'Number of the attempt' })),
});

const IdParam = Type.Object({ id: RunId });

/** GET /api/runs, /api/runs/{id}, /api/runs/{id}/steps and /api/runs/{id}/logs. */
export async function runRoutes(app: App, { prisma }: ApiDeps): Promise<void> {
  app.get(
    '/api/runs',
    {
      schema: {
        operationId: 'listRuns',
        tags: ['runs'],
        summary: 'Runs, newest first',
        querystring: RunQuery,
        response: { 200: PageOf(RunSummarySchema, 'A page of runs'), ...problems(422) },
      },
    },
    async ({ query }) => {
      const filter = { task: query.task, states: namedIn(runStates, query.state), parentId: query.parentId };
      return toPage(await listRuns(prisma, { ...filter, ...readInstants(query) }, readPage(RunId, query)));
    },
  );

  app.get(
    '/api/runs/:id',
    {
      schema: {
        operationId: 'getRun',
        tags: ['runs'],
        summary: 'One run: input, output, attempts, children, files',
        params: IdParam,
        response: { 200: RunDetailSchema, ...problems(404) },
      },
    },
    async ({ params }) => {
      const run = await findRun(prisma, params.id);
      if (!run) throw unknownRun(params.id);
      return run;
    },
  );

  app.get(
    '/api/runs/:id/steps',
    {
      schema: {
        operationId: 'listRunSteps',
        tags: ['runs'],
        summary: 'A run’s recorded steps, by key',
        params: IdParam,
        querystring: ListQuery({}),
        response: { 200: PageOf(StepSchema, 'A page of steps'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const page = await listSteps(prisma, params.id, readPage(Type.String(), query));
      if (!page) throw unknownRun(params.id);
      return toPage(page);
    },
  );

  app.get(
    '/api/runs/:id/logs',
    {
      schema: {
        operationId: 'listRunLogLines',
        tags: ['runs'],
        summary: 'A run’s log, oldest line first',
        params: IdParam,
        querystring: LogQuery,
        response: { 200: PageOf(LogLineSchema, 'A page of the log'), ...problems(404, 422) },
      },
    },
    async ({ params, query }) => {
      const filter = { levels: namedIn(logLevels, query.level), attempt: query.attempt };
      const page = await listLogs(prisma, params.id, filter, readPage(FileId, query));
      if (!page) throw unknownRun(params.id);
      return toPage(page);
    },
  );
}

const unknownRun = (id: string) => notFound(`no run has the id ${id}`);
