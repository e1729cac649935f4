import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, readAll, seedFile, type TestApi, withApi } from './api-fixture.js';

const path = '/api/tasks/load-objects-detection/runs';

async function startRun(api: TestApi, name: string, terms: object = {}): Promise<Answer['body']> {
  const file = await seedFile(api.pool, { path: name, state: 'settled' });
  const { status, body } = await api.ask(path, { method: 'POST', body: { input: { files: [file] }, ...terms } });
  assert.equal(status, 202, JSON.stringify(body));
  return body;
}

const post = (api: TestApi, url: string, body?: unknown): Promise<Answer> => api.ask(url, { method: 'POST', body });

test('a run is cancelled by its id: decided at once, its reason kept, its file quarantined, the action recorded', () =>
  withApi(async (api) => {
    const run = await startRun(api, 'a.json');
    const { status, body } = await post(api, `/api/runs/${run.id}/cancel`, { reason: 'wrong day' });
    assert.equal(status, 200);
    assert.equal(body.cancelled, 1);
    assert.equal(body.run.state, 'cancelled');
    assert.deepEqual(body.run.error, { name: 'CancelledError', message: 'cancelled by hand: wrong day' });
    assert.equal(body.run.files[0].state, 'quarantined');
    assert.equal(body.run.files[0].outcome, 'released');
    const again = await post(api, `/api/runs/${run.id}/cancel`);
    assert.deepEqual([again.status, again.body.cancelled], [200, 0]);
    const [latest, first] = (await api.ask(`/api/actions?runId=${run.id}`)).body.items;
    assert.deepEqual([latest.action, latest.detail.cancelled], ['cancel-run', 0]);
    const { id: _id, at, ...recorded } = first;
    assert.ok(Date.parse(at) <= Date.now());
    assert.deepEqual(recorded, {
      ...{ caller: 'local', session: null, address: '127.0.0.1', queue: null, status: 200 },
      ...{ action: 'cancel-run', subject: 'run', runId: run.id },
      detail: { reason: 'wrong day', cancelled: 1, was: 'queued' },
    });
  }));

test('what cannot be cancelled or retried is a problem that says why', () =>
  withApi(async (api) => {
    const run = await startRun(api, 'a.json');
    const unknown = '01a00000-0000-7000-8000-000000000000';
    for (const action of ['cancel', 'retry']) {
      assert.equal((await post(api, `/api/runs/${unknown}/${action}`)).status, 404);
      assert.equal((await post(api, `/api/runs/${run.id}/${action}`, { wrong: 1 })).status, 422);
      assert.equal((await post(api, `/api/runs/nothing/${action}`)).status, 404);
    }
    const early = await post(api, `/api/runs/${run.id}/retry`);
    assert.equal(early.status, 409);
    assert.match(early.body.detail, /is queued; only one that failed or was cancelled goes on/);
    await api.pool.query(`UPDATE ops.run SET state = 'succeeded', ended_at = now()`);
    const late = await post(api, `/api/runs/${run.id}/cancel`);
    assert.equal(late.status, 409);
    assert.match(
      late.body.detail,
      /has succeeded; only one that is queued, delayed, waiting, running can be cancelled/,
    );
    const refused = (await api.ask('/api/actions?action=cancel-run')).body.items[0];
    assert.equal(refused.status, 409, 'that it was refused is recorded, too');
    const misfit = await post(api, `/api/runs/${run.id}/retry`, { input: { files: 'all' } });
    assert.deepEqual([misfit.status, misfit.body.errors[0].path], [422, '/input/files']);
    assert.equal((await api.ask('/api/runs')).body.items.length, 1);
  }));

test('a cancelled run goes on; with an input a new run is recorded that names it and has its labels and terms', () =>
  withApi(async (api) => {
    const terms = {
      priority: 7,
      timeoutMs: 5_000,
      labels: { team: 'fleet' },
      retry: { attempts: 5, backoff: 'fixed', backoffMs: 3_600_000 },
    };
    const run = await startRun(api, 'a.json', terms);
    assert.deepEqual(run.retry, { attempts: 5, backoff: 'fixed', backoffMs: 3_600_000, maxBackoffMs: 3_600_000 });
    assert.deepEqual([run.maxAttempts, run.timeoutMs, run.labels], [5, 5_000, { team: 'fleet' }]);
    await post(api, `/api/runs/${run.id}/cancel`);
    const retried = await post(api, `/api/runs/${run.id}/retry`);
    assert.equal(retried.status, 202);
    assert.deepEqual([retried.body.retried, retried.body.run.state, retried.body.run.error], [1, 'queued', null]);
    assert.equal(retried.body.run.files[0].state, 'loading');

    const other = await seedFile(api.pool, { path: 'b.json', state: 'settled' });
    const changed = await post(api, `/api/runs/${run.id}/retry`, { input: { files: [other] } });
    assert.equal(changed.status, 202);
    const { run: made } = changed.body;
    assert.notEqual(made.id, run.id);
    assert.equal(changed.headers['location'], `/api/runs/${made.id}`);
    assert.deepEqual(
      [made.retryOf, made.priority, made.timeoutMs, made.labels, made.retry],
      [run.id, 7, 5_000, { team: 'fleet' }, run.retry],
    );
    assert.deepEqual((await api.ask(`/api/runs?retryOf=${run.id}`)).body.items[0].id, made.id);
  }));

test('runs that a filter finds are counted first, then cancelled and retried', () =>
  withApi(async (api) => {
    for (let n = 0; n < 6; n += 1) await startRun(api, `${n}.json`, { labels: { team: n < 4 ? 'fleet' : 'web' } });
    const states = async (): Promise<unknown> => (await api.ask('/api/runs/counts?by=state')).body.groups;

    const dry = await post(api, '/api/runs/cancel', { label: 'team:fleet', dryRun: true });
    assert.deepEqual(dry.body, { matched: 4, changed: 0, remaining: 4, refused: [] });
    assert.deepEqual(await states(), [{ value: 'queued', count: 6 }]);
    assert.equal((await api.ask('/api/actions')).body.items.length, 0);

    const done = await post(api, '/api/runs/cancel', { label: 'team:fleet', reason: 'too many' });
    assert.deepEqual(done.body, { matched: 4, changed: 4, remaining: 0, refused: [] });
    assert.deepEqual(await states(), [
      { value: 'cancelled', count: 4 },
      { value: 'queued', count: 2 },
    ]);
    const [action] = (await api.ask('/api/actions')).body.items;
    assert.deepEqual(
      [action.action, action.subject, action.runId, action.detail],
      [
        'cancel-runs',
        'runs',
        null,
        { filter: { label: 'team:fleet' }, reason: 'too many', matched: 4, changed: 4, remaining: 0 },
      ],
    );

    // Another run has the file of one of them by now.
    const taken = (await api.ask('/api/runs?state=cancelled&sort=createdAt')).body.items[0].id;
    const [file] = (await api.ask(`/api/runs/${taken}`)).body.files;
    assert.equal((await post(api, path, { input: { files: [file.id] } })).status, 202);
    const retried = await post(api, '/api/runs/retry', { state: 'failed,cancelled' });
    assert.deepEqual([retried.body.matched, retried.body.changed], [4, 3]);
    assert.equal(retried.body.refused[0].runId, taken);
    assert.match(retried.body.refused[0].reason, /cannot have its files again: 0\.json .* is loading/);

    for (const action of ['cancel', 'retry']) {
      const all = await post(api, `/api/runs/${action}`, {});
      assert.equal(all.status, 422);
      assert.match(all.body.detail, /must name at least one of task, state/);
      assert.equal((await post(api, `/api/runs/${action}`, { label: 'team' })).status, 422);
      assert.equal((await post(api, `/api/runs/${action}`, { limit: 3 })).status, 422);
    }
  }));

test('what came with an action is recorded as far as a list can show it', () =>
  withApi(async (api) => {
    const filter = { file: 'f'.repeat(1_000), text: 't'.repeat(500) };
    const recorded = async (body: object) => {
      assert.equal((await post(api, '/api/runs/cancel', body)).status, 200);
      return (await api.ask('/api/actions')).body.items[0].detail;
    };
    const detail = await recorded({ ...filter, reason: 'why' });
    assert.deepEqual(detail, { filter, reason: 'why', matched: 0, changed: 0, remaining: 0 });
    const label = `team:${'x'.repeat(200)},`.repeat(9).slice(0, -1);
    const long = await recorded({ ...filter, label, reason: 'r'.repeat(1_000) });
    assert.match(long.omitted, /^4\d{3} characters of JSON$/);
    assert.equal(long.matched, 0);
  }));

test('a run inherits labels of its task’s definition, and wrong terms are named', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const wrong: [object, string][] = [
      [{ labels: { 'a b': 'c' } }, '/labels'],
      [{ labels: { team: 5 } }, '/labels/team'],
      [{ labels: { team: 'x'.repeat(201) } }, '/labels/team'],
      [{ timeoutMs: 0 }, '/timeoutMs'],
      [{ retry: { attempts: 0 } }, '/retry/attempts'],
      [{ retry: { backoff: 'never' } }, '/retry/backoff'],
      [{ retry: { tries: 3 } }, '/retry'],
    ];
    for (const [terms, pointer] of wrong) {
      const { status, body } = await post(api, path, { input: { files: [file] }, ...terms });
      assert.equal(status, 422, JSON.stringify(terms));
      assert.ok(
        body.errors.some((each: { path: string }) => each.path.startsWith(pointer)),
        JSON.stringify(body),
      );
    }
    assert.deepEqual(await readAll(api, '/api/runs', 10), []);
  }));
