import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, seedFile, type TestApi, withApi } from './api-fixture.js';

const day = (input: Record<string, unknown>) => ({ input: { source: 'data-sample', ...input } });

const start = (api: TestApi, body: object, task = 'reload-day'): Promise<Answer> =>
  api.ask(`/api/tasks/${task}/runs`, { method: 'POST', body });

const runsOf = async (api: TestApi): Promise<number> => (await api.ask('/api/runs')).body.items.length;

test('a key that is used again for another request is a 422 that names the run and what differs; nothing is recorded', () =>
  withApi(async (api) => {
    const request = { ...day({ day: '2023-01-01' }), idempotencyKey: 'again', priority: 3, delayMs: 60_000 };
    const { body: run } = await start(api, request);
    for (const [other, differing] of [
      [{ ...request, ...day({ day: '2023-01-02' }) }, 'another input;'],
      [{ ...request, priority: 4 }, 'another priority;'],
      [{ ...request, delayMs: 1 }, 'another delayMs;'],
      [
        { ...day({ day: '2023-01-02' }), idempotencyKey: 'again' },
        'another input and another priority and another delayMs;',
      ],
    ] as const) {
      const { status, body } = await start(api, other);
      assert.equal(status, 422, JSON.stringify(other));
      assert.equal(body.code, 'idempotency-key-reused');
      assert.equal(body.type, '/docs/problems#idempotency-key-reused');
      assert.equal(body.runId, run.id);
      assert.ok(body.detail.includes(`"again" was used for run ${run.id} of reload-day`), body.detail);
      assert.ok(body.detail.includes(differing), body.detail);
    }
    assert.equal(await runsOf(api), 1);
  }));

test('the same request gives the same run, whatever the order of its keys and however the run went on', () =>
  withApi(async (api) => {
    const { body: run } = await start(api, { ...day({ day: '2023-01-01' }), idempotencyKey: 'once', delayMs: 1_000 });
    // As a retry leaves it: another delay, another state.
    await api.pool.query("UPDATE ops.run SET delay_ms = 4000, state = 'failed' WHERE id = $1", [run.id]);
    const text = '{"delayMs":1000,"idempotencyKey":"once","input":{"day":"2023-01-01","source":"data-sample"}}';
    const { status, body } = await api.ask('/api/tasks/reload-day/runs', {
      method: 'POST',
      body: text,
    });
    assert.equal(status, 202);
    assert.equal(body.id, run.id);
    assert.equal(await runsOf(api), 1);
  }));

test('a key belongs to its task', () =>
  withApi(async (api) => {
    const one = await start(api, { ...day({ day: '2023-01-01' }), idempotencyKey: 'shared' });
    const other = await start(api, { ...day({}), idempotencyKey: 'shared' }, 'refresh-star');
    assert.deepEqual([one.status, other.status], [202, 202]);
    assert.notEqual(one.body.id, other.body.id);
  }));

test('a key of a run that was recorded before parameters were kept is compared by its input alone', () =>
  withApi(async (api) => {
    const { body: run } = await start(api, { ...day({ day: '2023-01-01' }), idempotencyKey: 'old', priority: 3 });
    await api.pool.query('UPDATE ops.run SET requested = NULL WHERE id = $1', [run.id]);
    assert.equal((await start(api, { ...day({ day: '2023-01-01' }), idempotencyKey: 'old' })).body.id, run.id);
    assert.equal((await start(api, { ...day({ day: '2023-01-02' }), idempotencyKey: 'old' })).status, 422);
  }));

test('of many different requests at once with one key exactly one is taken, and all others name its run', () =>
  withApi(async (api) => {
    for (let round = 0; round < 5; round++) {
      const idempotencyKey = `race-${round}`;
      // Two of each: the one that is taken is repeated, too.
      const days = Array.from({ length: 24 }, (_, n) => `2023-01-${String(1 + (n % 12)).padStart(2, '0')}`);
      const answers = await Promise.all(days.map((each) => start(api, { ...day({ day: each }), idempotencyKey })));
      const taken = answers.filter(({ status }) => status === 202);
      assert.deepEqual([...new Set(taken.map(({ body }) => body.id))].length, 1);
      const [run] = taken;
      assert.equal(taken.length, 2);
      assert.deepEqual(new Set(taken.map(({ body }) => body.input.day)).size, 1);
      for (const { status, body } of answers.filter((each) => !taken.includes(each))) {
        assert.equal(status, 422);
        assert.equal(body.code, 'idempotency-key-reused');
        assert.equal(body.runId, run?.body.id);
      }
      assert.equal(await runsOf(api), round + 1);
    }
  }));

test('a request that fails leaves its key free, also for one that waited for it', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const load = (files: string[]) =>
      start(api, { input: { files }, idempotencyKey: 'free' }, 'load-objects-detection');
    const answers = await Promise.all([load(['999']), load([file]), load(['998'])]);
    const [taken] = answers.filter(({ status }) => status === 202);
    assert.deepEqual(taken?.body.input, { files: [file] });
    for (const { body } of answers.filter((each) => each !== taken)) {
      assert.ok(['invalid-request', 'idempotency-key-reused'].includes(body.code), body.code);
    }
  }));
