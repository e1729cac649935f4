import { Type } from 'typebox';
import { openRunStates } from '#contracts/states.js';
import { originOf } from '../../auth/client.js';
import type { ApiDeps } from '../../deps.js';
import { acting } from '../../http/acting.js';
import type { App } from '../../http/app-type.js';
import { component } from '../../http/openapi/component.js';
import { HttpProblem, notFound, unprocessable, wrongState } from '../../http/problem.js';
import { Json, Nullable, problems, RunId } from '../../http/schemas.js';
import { changeRuns } from '../../runs/change-many.js';
import { requestRun } from '../../runs/request-run.js';
import { goOnWithRuns, takenFilesOf } from '../../runs/retry.js';
import { findShownRun, type ShownRun } from '../../runs/show-run.js';
import { stopRuns } from '../../runs/stop.js';
import { readRunFilter, runFilterFields } from './run-query.js';
import { RunDetailSchema } from './run-schemas.js';

const IdParam = Type.Object({ id: RunId });
const Reason = Type.Optional(Type.String({ maxLength: 1_000, description: 'Why, for those who read it later' }));
const Count = (description: string) => Type.Integer({ minimum: 0, description });

const CancelBody = Nullable(Type.Object({ reason: Reason }, { additionalProperties: false }));
const CancelledSchema = Type.Object(
  { cancelled: Count('Runs that were cancelled: this one and those below it'), run: RunDetailSchema },
  component('CancelledRun', 'What was cancelled'),
);

const RetryBody = Nullable(Type.Object({ input: Type.Optional(Json) }, { additionalProperties: false }));
const RetriedSchema = Type.Object(
  { retried: Count('Runs that are tried again: this one and those below it that failed'), run: RunDetailSchema },
  component('RetriedRun', 'What runs again'),
);

const bulkFields = {
  ...runFilterFields,
  dryRun: Type.Optional(Type.Boolean({ description: 'Only says how many runs there are' })),
};
const CancelManyBody = Type.Object({ ...bulkFields, reason: Reason }, { additionalProperties: false });
const RetryManyBody = Type.Object(bulkFields, { additionalProperties: false });
const ManySchema = Type.Object(
  {
    matched: Count('Runs that the filter finds and that this can be done to'),
    changed: Count('Runs that it was done to, those below them included'),
    remaining: Count('Runs that are left for another request, because one takes at most 10,000'),
    refused: Type.Array(Type.Object({ runId: RunId, reason: Type.String() }), {
      description: 'Runs that it could not be done to, the first 100 of them',
    }),
  },
  component('ChangedRuns', 'What was done, and what is left'),
);

/** POST /api/runs/{id}/cancel and /retry, and the same for all runs that a filter finds. */
export async function runActionRoutes(app: App, deps: ApiDeps): Promise<void> {
  const { catalogue } = deps;

  app.post(
    '/api/runs/:id/cancel',
    {
      schema: {
        operationId: 'cancelRun',
        tags: ['runs'],
        summary: 'Cancel a run and all runs below it',
        description:
          'It is decided when this is answered: nothing of them is committed any more. The signal of bodies under way is ' +
          'aborted within two seconds. Files that they held are quarantined, to be replayed. Cancelling a ' +
          'cancelled run does nothing.',
        params: IdParam,
        body: CancelBody,
        response: { 200: CancelledSchema, ...problems(404, 409, 422) },
      },
    },
    async (request) => {
      const { id } = request.params;
      const reason = request.body?.reason;
      const { state } = await expectRun(id);
      return await acting(
        deps,
        request,
        { action: 'cancel-run', subject: 'run', runId: id, detail: { reason } },
        async () => {
          const { cancelled } = await stopRuns(deps, [id], reason, request.log, originOf(request).actor);
          const run = await expectRun(id);
          if (cancelled.length === 0 && run.state !== 'cancelled') {
            throw wrongState(
              `run ${id} has ${run.state}; only one that is ${openRunStates.join(', ')} can be cancelled`,
            );
          }
          return { cancelled: cancelled.length, run };
        },
        ({ cancelled }) => ({ cancelled, was: state }),
      );
    },
  );

  app.post(
    '/api/runs/:id/retry',
    {
      schema: {
        operationId: 'retryRun',
        tags: ['runs'],
        summary: 'Run a failed or cancelled run again',
        description:
          'The same run goes on, with as many tries as at first; of a flow only what failed or was cancelled runs again. ' +
          'With an input, a new run of its task is recorded instead, with the same labels and terms; its retryOf names ' +
          'this one. That may be asked of a run in any state.',
        params: IdParam,
        body: RetryBody,
        response: { 202: RetriedSchema, ...problems(404, 409, 422) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { input } = request.body ?? {};
      const old = await expectRun(id);
      const answer = await acting(
        deps,
        request,
        { action: 'retry-run', subject: 'run', runId: id },
        async () => {
          if (input === undefined) return { retried: await goOn(old, request), run: await expectRun(id) };
          return { retried: 1, run: await repeat(old, input, request) };
        },
        ({ retried, run }) => ({ retried, ...(run.id === id ? {} : { newRunId: run.id }) }),
      );
      reply.code(202).header('location', `/api/runs/${answer.run.id}`);
      return answer;
    },
  );

  app.post(
    '/api/runs/cancel',
    {
      schema: {
        operationId: 'cancelRuns',
        tags: ['runs'],
        summary: 'Cancel all runs that a filter finds',
        description: `Each with all runs below it. ${filterWords}`,
        body: CancelManyBody,
        response: { 200: ManySchema, ...problems(422) },
      },
    },
    async (request) => {
      const { dryRun, reason, ...filter } = request.body;
      const change = { kind: 'cancel', reason } as const;
      return await changeMany(request, 'cancel-runs', filter, dryRun, { filter, reason }, change);
    },
  );

  app.post(
    '/api/runs/retry',
    {
      schema: {
        operationId: 'retryRuns',
        tags: ['runs'],
        summary: 'Run all failed or cancelled runs again that a filter finds',
        description: `Each with what failed or was cancelled below it. ${filterWords}`,
        body: RetryManyBody,
        response: { 200: ManySchema, ...problems(422) },
      },
    },
    async (request) => {
      const { dryRun, ...filter } = request.body;
      return await changeMany(request, 'retry-runs', filter, dryRun, { filter }, { kind: 'retry' });
    },
  );

  type Request = Parameters<typeof acting>[1];

  async function changeMany(
    request: Request,
    action: 'cancel-runs' | 'retry-runs',
    fields: Parameters<typeof readRunFilter>[0],
    dryRun: boolean | undefined,
    detail: Readonly<Record<string, unknown>>,
    change: Parameters<typeof changeRuns>[2],
  ) {
    if (Object.keys(fields).length === 0) {
      const message = `must name at least one of ${Object.keys(runFilterFields).join(', ')}`;
      throw unprocessable([{ path: '', message }]);
    }
    const filter = readRunFilter(fields);
    if (dryRun === true) return await changeRuns(deps, filter, { ...change, dryRun }, request.log);
    return await acting(
      deps,
      request,
      { action, subject: 'runs', detail },
      () => changeRuns(deps, filter, change, request.log, originOf(request).actor),
      ({ matched, changed, remaining }) => ({ matched, changed, remaining }),
    );
  }

  async function goOn({ id, state }: ShownRun, request: Request): Promise<number> {
    const retried = await goOnWithRuns(deps, [id], request.log, originOf(request).actor);
    if (retried.kind === 'files-taken') throw wrongState(takenFilesOf(retried));
    if (retried.count > 0) return retried.count;
    throw wrongState(
      `run ${id} is ${state}; only one that failed or was cancelled goes on; with an input, a new run of its task is made`,
    );
  }

  async function repeat(old: ShownRun, input: unknown, request: Request): Promise<ShownRun> {
    const task = catalogue.get(old.task);
    if (!task) throw new HttpProblem('unknown-task', `no task is named ${JSON.stringify(old.task)} any more`);
    const { priority, timeoutMs, retry, labels } = old;
    const terms = { priority, labels, timeoutMs: timeoutMs ?? undefined, retry: retry ?? undefined };
    const asked = { input, trigger: 'api', retryOf: old.id, origin: originOf(request), ...terms } as const;
    return await expectRun(await requestRun(deps, task, asked, request.log));
  }

  async function expectRun(id: string): Promise<ShownRun> {
    const run = await findShownRun(deps, id);
    if (!run) throw notFound(`no run has the id ${id}`);
    return run;
  }
}

const filterWords =
  'The body has the filter of GET /api/runs, at least one of its fields. Look first with dryRun how many there are. One ' +
  'request takes at most 10,000 runs and says how many remain.';
