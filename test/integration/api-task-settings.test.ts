import assert from 'node:assert/strict';
import { test } from 'node:test';
import { beginAttempts } from '#database/runs/attempts.js';
import { beginWithinLimits } from '#database/runs/limits.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { readProjectFile } from '../structure/project.js';
import { type Answer, assertProblem, type TestApi, withApi } from './api-fixture.js';

const path = '/api/tasks/load-data-sample/settings';
function isProblem(answer: Answer | undefined, status: number, code: string): void {
  assert.equal(answer?.body.code, code);
  assertProblem(answer?.body, status);
}
const patch = (api: TestApi, body: unknown, headers: Record<string, string> = {}) =>
  api.ask(path, { method: 'PATCH', body, headers });

test('settings are changed, reset, versioned with who and from what to what, and restored', () =>
  withApi(async (api) => {
    const first = await api.ask(path);
    assert.equal(first.status, 200);
    assert.equal(first.headers['etag'], '"0"');
    assert.deepEqual(first.body.set, {});
    assert.deepEqual(first.body.effective, first.body.definition);
    const { attempts, maxBackoffMs } = first.body.definition.retry;

    const changed = await patch(api, {
      paused: true,
      concurrency: 3,
      retry: { attempts: 7 },
      batch: { files: 5 },
      note: 'disk is full',
    });
    assert.equal(changed.headers['etag'], '"1"');
    assert.deepEqual(changed.body.set, { paused: true, concurrency: 3, retry: { attempts: 7 }, batch: { files: 5 } });
    assert.deepEqual(changed.body.effective.retry, { ...first.body.definition.retry, attempts: 7 });
    assert.equal(changed.body.effective.batch.files, 5);
    assert.equal(changed.body.effective.batch.bytes, first.body.definition.batch.bytes);
    // What is null is reset, what is left out stays.
    const second = await patch(api, { paused: null, retry: { attempts: null, backoffMs: 10 } });
    assert.deepEqual(second.body.set, { concurrency: 3, retry: { backoffMs: 10 }, batch: { files: 5 } });
    // Asking for what is set already writes no version.
    assert.equal((await patch(api, { concurrency: 3, paused: null })).body.version, 2);
    const restored = await api.ask(`${path}/versions/1/restore`, { method: 'POST', body: { note: 'again' } });
    assert.equal(restored.body.version, 3);
    assert.deepEqual(restored.body.set, changed.body.set);

    const versions = await api.ask(`${path}/versions?limit=2`);
    assert.deepEqual(
      versions.body.items.map((each: { version: number; note: string; restored: number }) => [
        each.version,
        each.note,
        each.restored,
      ]),
      [
        [3, 'again', 1],
        [2, null, null],
      ],
    );
    assert.deepEqual(versions.body.items[1].changes, [
      { setting: 'paused', from: true, to: false, wasSet: true, isSet: false },
      { setting: 'retry.attempts', from: 7, to: attempts, wasSet: true, isSet: false },
      { setting: 'retry.backoffMs', from: first.body.definition.retry.backoffMs, to: 10, wasSet: false, isSet: true },
    ]);
    assert.equal(second.body.effective.retry.maxBackoffMs, maxBackoffMs);
    const rest = await api.ask(`${path}/versions?limit=2&cursor=${versions.body.nextCursor}`);
    assert.deepEqual([rest.body.items.length, rest.body.items[0].caller, rest.body.nextCursor], [1, 'local', null]);
    await assert.rejects(api.pool.query(`UPDATE ops.task_setting_version SET note = 'x'`), /kept as it was written/);
    await assert.rejects(api.pool.query('DELETE FROM ops.task_setting_version'), /kept as it was written/);

    const actions = await api.ask('/api/actions?subject=task:load-data-sample');
    assert.deepEqual(
      actions.body.items.map((each: { action: string; status: number; detail: { version: number } }) => [
        each.action,
        each.status,
        each.detail.version,
      ]),
      [
        ['restore-task-settings', 200, 3],
        ['change-task-settings', 200, 2],
        ['change-task-settings', 200, 2],
        ['change-task-settings', 200, 1],
      ],
    );
    const { items } = (await api.ask('/api/tasks')).body;
    const listed = items.find(({ name }: { name: string }) => name === 'load-data-sample');
    assert.deepEqual(listed.settings, { version: 3, paused: true, concurrency: 3 });
    assert.equal(listed.retry.attempts, 7);
  }));

test('of two who change the same version at once one gets a 412, and nothing of it is set', () =>
  withApi(async (api) => {
    const { etag } = (await patch(api, { priority: 5 })).headers;
    const answers = await Promise.all([
      patch(api, { timeoutMs: 1_000 }, { 'if-match': String(etag) }),
      patch(api, { timeoutMs: 2_000 }, { 'if-match': String(etag) }),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412]);
    const refused = answers.find(({ status }) => status === 412);
    isProblem(refused, 412, 'changed-meanwhile');
    const now = await api.ask(path);
    assert.equal(now.body.version, 2);
    assert.equal(now.body.set.timeoutMs, answers.find(({ status }) => status === 200)?.body.set.timeoutMs);
    // Without the header each is done, one after the other; what the other set stays.
    await Promise.all([patch(api, { paused: true }), patch(api, { concurrency: 2 })]);
    assert.deepEqual((await api.ask(path)).body.set, { ...now.body.set, paused: true, concurrency: 2 });
    assert.equal((await patch(api, { paused: false }, { 'if-match': 'W/"4"' })).status, 412);
    assert.equal((await patch(api, { paused: false }, { 'if-match': '"1", "4"' })).status, 200);
  }));

test('values that no definition may have are refused, each with its bounds', () =>
  withApi(async (api) => {
    for (const [body, at, words] of [
      [{ concurrency: 0 }, '/concurrency', '1'],
      [{ concurrency: 1001 }, '/concurrency', '1000'],
      [{ retry: { attempts: 1001 } }, '/retry/attempts', '1000'],
      [{ retry: { backoff: 'linear' } }, '/retry/backoff', 'fixed'],
      [{ timeoutMs: 2 ** 31 }, '/timeoutMs', '2147483647'],
      [{ batch: { files: 0 } }, '/batch/files', '1'],
      [{ priority: -1 }, '/priority', '0'],
      [{ paused: 'yes' }, '/paused', 'boolean'],
      [{ slots: 3 }, '', 'slots'],
    ] as const) {
      const answer = await patch(api, body);
      isProblem(answer, 422, 'invalid-request');
      const fault = JSON.stringify(answer.body.errors);
      assert.ok(fault.includes(`"${at}"`) && fault.includes(words), `${JSON.stringify(body)}: ${fault}`);
    }
    const other = await api.ask('/api/tasks/task1/settings', { method: 'PATCH', body: { batch: { files: 1 } } });
    isProblem(other, 422, 'invalid-request');
    isProblem(await api.ask('/api/tasks/nothing/settings'), 404, 'unknown-task');
    isProblem(await api.ask(`${path}/versions/1/restore`, { method: 'POST' }), 404, 'not-found');
    assert.equal((await api.ask(path)).body.version, 0);
  }));

test('a run says that its task is paused, is given the terms that are set, and shows under which version it began', () =>
  withApi(async (api) => {
    const settings = '/api/tasks/count-rows/settings';
    const change = (body: unknown) => api.ask(settings, { method: 'PATCH', body });
    const start = async (body: object = {}) =>
      (await api.ask('/api/tasks/count-rows/runs', { method: 'POST', body: { input: {}, ...body } })).body;
    await change({ priority: 9, retry: { attempts: 4 }, paused: true });
    const run = await start();
    assert.deepEqual([run.priority, run.maxAttempts, run.pausedTask], [9, 4, true]);
    assert.deepEqual((await api.ask('/api/runs')).body.items[0].pausedTask, true);
    const own = await start({ priority: 1, retry: { attempts: 2 } });
    assert.deepEqual([own.priority, own.maxAttempts], [1, 2]);

    await beatHeart(api.pool, { id: 'w', host: 'test', pid: 1 }, []);
    const begin = (...ids: string[]) =>
      beginAttempts(
        api.pool,
        ids.map((runId) => ({ runId, workerId: 'w', attempts: 3 })),
      );
    const task = 'count-rows';
    assert.deepEqual(await begin(run.id), [{ kind: 'limited', task }]);
    assert.deepEqual(await beginWithinLimits(api.pool, [{ runId: run.id, workerId: 'w', task }]), [
      { kind: 'parked', task },
    ]);
    assert.equal((await api.ask(`/api/runs/${run.id}`)).body.parked, true);
    // Recorded with 4 attempts; by now the definition says how many, of those that asked for none of their own.
    await change({ paused: false, retry: null });
    await begin(run.id, own.id);
    const shown = (await api.ask(`/api/runs/${run.id}`)).body;
    assert.deepEqual([shown.pausedTask, shown.parked, shown.maxAttempts], [false, false, 3]);
    assert.deepEqual(
      shown.attempts.map((each: { settingsVersion: number }) => each.settingsVersion),
      [2],
    );
    assert.equal((await api.ask(`/api/runs/${own.id}`)).body.maxAttempts, 2);
  }));

test('the examples of docs/settings.md are answered as the page says', () =>
  withApi(async (api) => {
    for (const { method, path, body, headers, command } of readCurlExamples('docs/settings.md')) {
      const answer = await api.ask(`/api${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      assert.equal(answer.status, 200, `${command}: ${JSON.stringify(answer.body)}`);
      if (method !== 'GET' || path.includes('versions')) continue;
      const shown = /^```json\n([\s\S]*?)^```/m.exec(readProjectFile('docs/settings.md'))?.[1] ?? '';
      assert.deepEqual({ ...answer.body, changedAt: '' }, { ...JSON.parse(shown), changedAt: '' });
    }
    assert.equal((await api.ask(path)).body.version, 6);
  }));
