import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { type Static, Type } from 'typebox';
import type { TaskDefinition } from '#contracts/task.js';
import type { CurrentSettings } from '#database/settings/task-settings.js';
import { checkInput } from '#runs/check-input.js';
import { originOf } from '../../auth/client.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { Nullable, problems } from '../../http/schemas.js';
import { requestRun } from '../../runs/request-run.js';
import { findShownRun, type ShownRun } from '../../runs/show-run.js';
import { knownTask } from '../../tasks/known-task.js';
import { LabelsSchema, RunDetailSchema } from './run-schemas.js';
import { NewRunSchema, taskRunSchemas } from './task-run-schemas.js';

const Schema = Type.Unknown({ description: 'JSON Schema' });

const TaskSchema = Type.Object(
  {
    name: Type.String(),
    description: Type.String(),
    queue: Type.String({ description: 'The queue that carries its runs' }),
    inputSchema: Schema,
    outputSchema: Schema,
    retry: Type.Object({ attempts: Type.Integer(), backoffMs: Type.Number(), maxBackoffMs: Type.Number() }),
    timeoutMs: Type.Number(),
    concurrency: Type.Integer({ description: 'Runs of its queue that one worker process works on at a time' }),
    priority: Type.Integer(),
    labels: LabelsSchema,
    followedBy: Nullable(
      Type.String({ description: 'The task that runs after each load that wrote or took away rows' }),
    ),
    settings: Type.Object(
      {
        version: Type.Integer({ description: '0: nothing was ever set' }),
        paused: Type.Boolean(),
        concurrency: Nullable(Type.Integer({ description: 'Runs under way at a time, over all workers' })),
      },
      { description: 'What is set at run time; retry, timeoutMs and priority are as they are with it' },
    ),
    source: Nullable(
      Type.Object(
        { name: Type.String(), description: Type.String() },
        { description: 'Which files of the inbox it loads' },
      ),
    ),
  },
  component('Task'),
);

const TaskListSchema = Type.Object(
  { items: Type.Array(TaskSchema), nextCursor: Type.Null() },
  component('TaskPage', 'All tasks'),
);

const NameParam = Type.Object({ name: Type.String({ maxLength: 200 }) });

const startProblems = problems(400, 413, 415, 422);

/**
 * GET /api/tasks, POST /api/tasks/{name}/checks, POST /api/tasks/{name}/runs, and the same for each task under its own
 * path: that is how the OpenAPI document gives each its own types.
 */
export async function taskRoutes(app: App, deps: ApiDeps): Promise<void> {
  app.get(
    '/api/tasks',
    {
      schema: {
        operationId: 'listTasks',
        tags: ['tasks'],
        summary: 'The tasks that can be run',
        response: { 200: TaskListSchema, ...problems() },
      },
    },
    () => ({
      items: [...deps.catalogue.values()].map((task) => describeTask(task, deps.settings.of(task.name))),
      nextCursor: null,
    }),
  );

  app.post(
    '/api/tasks/:name/runs',
    {
      schema: {
        operationId: 'startRun',
        tags: ['tasks'],
        summary: 'Run a task by its name',
        description: keyDescription,
        params: NameParam,
        body: NewRunSchema,
        response: { 202: RunDetailSchema, ...startProblems, ...problems(404) },
      },
    },
    async (request, reply) => {
      return await start(knownTask(deps.catalogue, request.params.name), request, reply);
    },
  );

  app.post(
    '/api/tasks/:name/checks',
    {
      schema: {
        operationId: 'checkRun',
        tags: ['tasks'],
        summary: 'Say whether a run of a task could be started with this input, and record nothing',
        description:
          'Answers 204 where POST /api/tasks/{name}/runs would record a run as far as the input goes, and the same 422 where it ' +
          'would not. Whether files are free to be loaded, and an idempotencyKey, is found out by starting the run.',
        params: NameParam,
        body: NewRunSchema,
        response: { 204: Type.Null({ description: 'A run could be started' }), ...startProblems, ...problems(404) },
      },
    },
    async (request, reply) => {
      checkInput(deps.catalogue, knownTask(deps.catalogue, request.params.name), request.body.input);
      return await reply.code(204).send(null);
    },
  );

  // As they are defined: what is set for them when a run is asked for is looked up then.
  for (const task of deps.settings.definitions.values()) {
    const { operationId, body, run } = taskRunSchemas(task);
    const schema = { body: NewRunSchema, response: { 202: RunDetailSchema, ...startProblems } };
    const documented: FastifySchema = {
      operationId,
      tags: ['tasks'],
      summary: `Run ${task.name}`,
      description: `${task.description}\n\n${keyDescription}`,
      body,
      response: { ...schema.response, 202: run },
    };
    app.post(`/api/tasks/${task.name}/runs`, { schema, config: { documented } }, (request, reply) =>
      start(task, request, reply),
    );
  }

  async function start(
    task: TaskDefinition,
    request: FastifyRequest<{ Body: Static<typeof NewRunSchema> }>,
    reply: Pick<FastifyReply, 'code' | 'header'>,
  ): Promise<ShownRun> {
    const asked = { ...request.body, trigger: 'api', origin: originOf(request) } as const;
    const id = await requestRun(deps, task, asked, request.log);
    const run = await findShownRun(deps, id);
    if (!run) throw new Error(`run ${id} was recorded a moment ago and is gone`);
    reply.code(202).header('location', `/api/runs/${run.id}`);
    return run;
  }
}

const keyDescription =
  'A request that is repeated with the same idempotencyKey and the same parameters is answered with the run that the ' +
  'first one recorded. With other parameters it is a 422 with the code idempotency-key-reused.';

const describeTask = (task: TaskDefinition, current: CurrentSettings | undefined) => ({
  name: task.name,
  description: task.description,
  queue: task.queue,
  inputSchema: task.input,
  outputSchema: task.output,
  retry: task.retry,
  timeoutMs: task.timeoutMs,
  concurrency: task.concurrency,
  priority: task.priority,
  labels: task.labels ?? {},
  followedBy: task.followedBy ?? null,
  settings: {
    version: current?.version ?? 0,
    paused: current?.settings.paused ?? false,
    concurrency: current?.settings.concurrency ?? null,
  },
  source: task.source ? { name: task.source.name, description: task.source.description } : null,
});
