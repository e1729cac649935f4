import type { FastifyBaseLogger, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { OpenRun } from '#contracts/open-run.js';
import { reservedScheduleNames } from '#contracts/schedule.js';
import { databaseClock, type ScheduleFields } from '#database/schedules/schedule-types.js';
import { sendJobs } from '#queue/jobs.js';
import { type Backfill, backfillSchedule } from '#schedules/backfill.js';
import {
  type ChangeDeps,
  type Changed,
  changeSchedule,
  createSchedule,
  pauseSchedule,
  removeSchedule,
  resumeSchedule,
  runSchedule,
} from '#schedules/change.js';
import { originOf } from '../../auth/client.js';
import type { ApiDeps } from '../../deps.js';
import { type Act, acting } from '../../http/acting.js';
import type { App } from '../../http/app-type.js';
import { unprocessable } from '../../http/problem.js';
import { problems } from '../../http/schemas.js';
import { readBound, timeWords } from '../../http/time-range.js';
import { findShownRun } from '../../runs/show-run.js';
import { namingFields, unknownSchedule } from '../../schedules/problems.js';
import { showSchedule } from '../../schedules/show.js';
import { RunDetailSchema } from './run-schemas.js';
import {
  BackfillRequestSchema,
  BackfillSchema,
  NewScheduleSchema,
  ScheduleChangeSchema,
  ScheduleDetailSchema,
} from './schedule-schemas.js';
import { ScheduleName } from './schedules.js';

/** How long a request waits for the carrier, in milliseconds. */
const carrierMs = 2_000;

const bodyProblems = problems(400, 409, 413, 415, 422);

/** POST /api/schedules, PATCH and DELETE /api/schedules/{name}, and what is done to one: pause, resume, run, backfill. */
export async function scheduleChangeRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { pool, catalogue, carrier } = deps;
  const changeDeps: ChangeDeps = { pool, catalogue, clock: databaseClock };

  /** Records what is asked for and then does it. */
  const act = async <T>(
    request: FastifyRequest,
    action: Act['action'],
    name: string,
    work: () => Promise<T>,
    outcomeOf: (result: T) => Readonly<Record<string, unknown>> = () => ({}),
  ): Promise<T> => {
    const { input: _input, name: _name, ...detail }: Record<string, unknown> = Object(request.body);
    return await acting(deps, request, { action, subject: `schedule:${name}`, detail }, work, outcomeOf);
  };
  const send = async (open: readonly OpenRun[], log: FastifyBaseLogger): Promise<boolean> => {
    let taken = true;
    await sendJobs(carrier, open, {
      limitMs: carrierMs,
      onFailure(message, error) {
        taken = false;
        log.warn({ err: error }, message);
      },
    });
    return taken;
  };
  /** Adds the jobs of what a change fired. */
  const after = async (name: string, log: FastifyBaseLogger, change: Promise<Changed | undefined>): Promise<void> => {
    const changed = await change;
    if (!changed) throw unknownSchedule(name);
    await send(changed.open, log);
  };
  const refuseUnknownTask = (task: string | undefined): void => {
    if (task === undefined || catalogue.has(task)) return;
    const known = [...catalogue.keys()].join(', ');
    throw unprocessable([{ path: '/task', message: `must name a task, one of ${known}; got ${JSON.stringify(task)}` }]);
  };

  app.post(
    '/api/schedules',
    {
      schema: {
        operationId: 'createSchedule',
        tags: ['schedules'],
        summary: 'Make a schedule',
        description: 'Its first slot is the first one after now. Times of day are those of the database’s clock.',
        body: NewScheduleSchema,
        response: { 201: ScheduleDetailSchema, ...bodyProblems },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const { name, task } = body;
      refuseUnknownTask(task);
      if (reservedScheduleNames.includes(name)) {
        throw unprocessable([{ path: '/name', message: `must not be ${name}, which is an address of its own` }]);
      }
      await act(request, 'create-schedule', name, () =>
        namingFields('/', () => createSchedule(changeDeps, name, 'api', merge({ ...usual, task }, body))),
      );
      reply.code(201).header('location', `/api/schedules/${name}`);
      return await showSchedule(pool, name);
    },
  );

  app.patch(
    '/api/schedules/:name',
    {
      schema: {
        operationId: 'changeSchedule',
        tags: ['schedules'],
        summary: 'Change a schedule',
        description:
          'What is not given stays. A change of cron, everyMs or timezone holds from now on; slots before it stay as they are. ' +
          'A schedule that the folder of a task defines is a 409.',
        params: ScheduleName,
        body: ScheduleChangeSchema,
        response: { 200: ScheduleDetailSchema, ...bodyProblems, ...problems(404) },
      },
    },
    async (request) => {
      const { body, log } = request;
      const { name } = request.params;
      refuseUnknownTask(body.task);
      await act(request, 'change-schedule', name, () =>
        namingFields('/', () =>
          after(
            name,
            log,
            changeSchedule(changeDeps, name, (schedule) => merge(schedule, body)),
          ),
        ),
      );
      return await showSchedule(pool, name);
    },
  );

  app.delete(
    '/api/schedules/:name',
    {
      schema: {
        operationId: 'deleteSchedule',
        tags: ['schedules'],
        summary: 'Delete a schedule and the record of its slots; its runs stay',
        params: ScheduleName,
        response: { 204: Type.Null({ description: 'It is gone' }), ...problems(404, 409) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      await act(request, 'delete-schedule', name, () => after(name, request.log, removeSchedule(changeDeps, name)));
      return reply.code(204).send(null);
    },
  );

  for (const [action, change, summary] of [
    ['pause', pauseSchedule, 'Pause a schedule: no slot fires before it is resumed'],
    ['resume', resumeSchedule, 'Resume a schedule: the slots of the pause are recorded as missed'],
  ] as const) {
    app.post(
      `/api/schedules/:name/${action}`,
      {
        schema: {
          operationId: `${action}Schedule`,
          tags: ['schedules'],
          summary,
          params: ScheduleName,
          response: { 200: ScheduleDetailSchema, ...problems(404, 409) },
        },
      },
      async (request) => {
        const { name } = request.params;
        await act(request, `${action}-schedule`, name, () => after(name, request.log, change(changeDeps, name)));
        return await showSchedule(pool, name);
      },
    );
  }

  app.post(
    '/api/schedules/:name/run',
    {
      schema: {
        operationId: 'runSchedule',
        tags: ['schedules'],
        summary: 'Run a schedule now, at no slot and whatever its other runs do',
        params: ScheduleName,
        response: { 202: RunDetailSchema, ...problems(404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const started = await act(
        request,
        'run-schedule',
        name,
        async () => {
          const done = await runSchedule(changeDeps, name, originOf(request));
          if (!done) throw unknownSchedule(name);
          return done;
        },
        ({ id }) => ({ runId: id }),
      );
      await send(started.open ? [started.open] : [], request.log);
      const run = await findShownRun(deps, started.id);
      if (!run) throw new Error(`run ${started.id} was recorded a moment ago and is gone`);
      reply.code(202).header('location', `/api/runs/${run.id}`);
      return run;
    },
  );

  app.post(
    '/api/schedules/:name/backfill',
    {
      schema: {
        operationId: 'backfillSchedule',
        tags: ['schedules'],
        summary: 'Fire each slot of a span that has not fired, once',
        description:
          'At most 10,000 slots, none later than now. With dryRun they are only counted. A request that is repeated fires nothing twice. ' +
          'Overlap does not hold for these slots.',
        params: ScheduleName,
        body: BackfillRequestSchema,
        response: { 200: BackfillSchema, ...bodyProblems, ...problems(404) },
      },
    },
    async (request) => {
      const { from, to, dryRun = false } = request.body;
      const { name } = request.params;
      const span = { from: readInstant('from', from), to: readInstant('to', to) };
      // A carrier that is away would be waited for at each page; the reconciler adds the jobs.
      let isThere = true;
      const sendPage = async (open: readonly OpenRun[]): Promise<void> => {
        if (isThere) isThere = await send(open, request.log);
      };
      const backfill = async (): Promise<Backfill> => {
        const made = await backfillSchedule(changeDeps, name, span, { dryRun, send: sendPage });
        if (!made) throw unknownSchedule(name);
        return made;
      };
      const named = (): Promise<Backfill> => namingFields('/', backfill);
      // Counting changes nothing.
      const made = dryRun
        ? await named()
        : await act(request, 'backfill-schedule', name, named, (done) => ({ ...done }));
      return { dryRun, ...made };
    },
  );
}

/** What holds for a new schedule unless the request says otherwise. */
const usual: Omit<ScheduleFields, 'task'> = {
  input: {},
  cron: null,
  everyMs: null,
  timezone: 'UTC',
  overlap: 'skip',
  catchUp: 'none',
  labels: {},
  priority: null,
};

/** A schedule as a request changes it. Of cron and everyMs the one that is given takes the place of the other. */
function merge(old: ScheduleFields, asked: Static<typeof ScheduleChangeSchema>): ScheduleFields {
  const { cron, everyMs } = asked;
  const hasRule = cron !== undefined || everyMs !== undefined;
  return {
    task: asked.task ?? old.task,
    input: asked.input === undefined ? old.input : asked.input,
    cron: hasRule ? (cron ?? null) : old.cron,
    everyMs: hasRule ? (everyMs ?? null) : old.everyMs,
    timezone: asked.timezone ?? old.timezone,
    overlap: asked.overlap ?? old.overlap,
    catchUp: asked.catchUp ?? old.catchUp,
    labels: asked.labels ?? old.labels,
    priority: asked.priority === undefined ? old.priority : asked.priority,
  };
}

function readInstant(side: 'from' | 'to', text: string): number {
  const bound = readBound(text, side);
  if (bound === undefined) {
    throw unprocessable([{ path: `/${side}`, message: `must be ${timeWords}; got ${JSON.stringify(text)}` }]);
  }
  return Date.parse(`${bound}Z`);
}
