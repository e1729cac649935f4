import { Type } from 'typebox';
import type { TaskDefinition } from '#contracts/task.js';
import { findRun } from '#database/queries/run-detail.js';
import { startRun } from '#runs/start-run.js';
import type { ApiDeps } from '../../deps.js';
import type { App } from '../../http/app-type.js';
import { notFound } from '../../http/problem.js';
import { Json, Nullable, problems } from '../../http/schemas.js';
import { carryRun } from '../../runs/carry-run.js';
import { RunDetailSchema } from './run-schemas.js';

const Schema = Type.Unknown({ description: 'JSON Schema' });

const TaskSchema = Type.Object({
  name: Type.String(),
  description: Type.String(),
  queue: Type.String({ description: 'The queue that carries its runs' }),
  inputSchema: Schema,
  outputSchema: Schema,
  retry: Type.Object({ attempts: Type.Integer(), backoffMs: Type.Number(), maxBackoffMs: Type.Number() }),
  timeoutMs: Type.Number(),
  concurrency: Type.Integer({ description: 'Runs that one worker process works on at a time' }),
  priority: Type.Integer(),
  source: Nullable(
    Type.Object(
      { name: Type.String(), description: Type.String() },
      { description: 'Which files of the inbox it loads' },
    ),
  ),
});

const NewRun = Type.Object(
  {
    input: Json,
    idempotencyKey: Type.Optional(
      Type.String({
        pattern: '^[\\x20-\\x7e]{1,200}$',
        description: 'The same key for the same task gives the same run',
      }),
    ),
    priority: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 2_097_152, description: '1 first, higher later; 0 before all numbers' }),
    ),
    delayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 366 * 86_400_000,
        description: 'Not to be started for so many milliseconds',
      }),
    ),
  },
  { additionalProperties: false },
);

const NameParam = Type.Object({ name: Type.String({ maxLength: 200 }) });

/** GET /api/tasks and POST /api/tasks/{name}/runs. */
export async function taskRoutes(app: App, deps: ApiDeps): Promise<void> {
  app.get(
    '/api/tasks',
    {
      schema: {
        tags: ['tasks'],
        summary: 'The tasks that can be run',
        response: { 200: Type.Object({ items: Type.Array(TaskSchema), nextCursor: Type.Null() }), ...problems() },
      },
    },
    () => ({ items: [...deps.catalogue.values()].map(describeTask), nextCursor: null }),
  );

  app.post(
    '/api/tasks/:name/runs',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Run a task',
        params: NameParam,
        body: NewRun,
        response: { 202: RunDetailSchema, ...problems(400, 404, 413, 415, 422) },
      },
    },
    async (request, reply) => {
      const task = deps.catalogue.get(request.params.name);
      if (!task) {
        throw notFound(
          `no task is named ${JSON.stringify(request.params.name)}; there are ${[...deps.catalogue.keys()].join(', ')}`,
        );
      }
      const started = await startRun(deps.pool, task, { ...request.body, trigger: 'api' });
      if (started.open) await carryRun(deps.carrier, started.open, request.log);
      const run = await findRun(deps.prisma, started.id);
      if (!run) throw new Error(`run ${started.id} was recorded a moment ago and is gone`);
      return reply.code(202).header('location', `/api/runs/${run.id}`).send(run);
    },
  );
}

const describeTask = (task: TaskDefinition) => ({
  name: task.name,
  description: task.description,
  queue: task.queue,
  inputSchema: task.input,
  outputSchema: task.output,
  retry: task.retry,
  timeoutMs: task.timeoutMs,
  concurrency: task.concurrency,
  priority: task.priority,
  source: task.source ? { name: task.source.name, description: task.source.description } : null,
});
