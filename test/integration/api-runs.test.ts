import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '#database/runs/record-run.js';
import { openCarrier } from '#queue/carrier.js';
import { readAll, seedFile, type TestApi, withApi } from './api-fixture.js';

/** Puts a run in the record. @returns its id */
async function seedRun(
  api: TestApi,
  run: { task?: string; state?: string; parentId?: string; createdAt?: string } = {},
) {
  const id = newRunId();
  await api.pool.query(
    `INSERT INTO ops.run (id, root_id, parent_id, task, queue, state, trigger, input, max_attempts, created_at)
     VALUES ($1, $1, $2, $3, 'loads', $4, 'watcher', '{"files":["1"]}', 5, COALESCE($5, now()))`,
    [id, run.parentId ?? null, run.task ?? 'load-objects-detection', run.state ?? 'queued', run.createdAt ?? null],
  );
  return id;
}

const idsOf = (items: { id: string }[]) => items.map((item) => item.id);
const path = '/api/tasks/load-objects-detection/runs';

test('the tasks are listed with their schemas', () =>
  withApi(async (api) => {
    const { status, body } = await api.ask('/api/tasks');
    assert.equal(status, 200);
    const task = body.items.find((each: { name: string }) => each.name === 'load-objects-detection');
    assert.equal(task.queue, 'loads');
    assert.equal(task.source.name, 'objects-detection');
    assert.equal(task.inputSchema.properties.files.type, 'array');
    assert.equal(task.outputSchema.properties.rows.type, 'integer');
    assert.equal(task.inputSchema.additionalProperties, false);
    assert.equal(task.followedBy, null);
    assert.deepEqual(task.labels, {});
    const followed = body.items.find((each: { name: string }) => each.name === 'load-data-sample');
    assert.equal(followed.followedBy, 'refresh-star');
  }));

test('a task is run: the run is recorded, its file held, its job added, and the answer says where it is', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const { status, headers, body } = await api.ask(path, {
      method: 'POST',
      body: { input: { files: [file] }, priority: 3 },
    });
    assert.equal(status, 202);
    assert.equal(headers['location'], `/api/runs/${body.id}`);
    assert.equal(body.state, 'queued');
    assert.equal(body.trigger, 'api');
    assert.deepEqual(body.input, { files: [file] });
    assert.equal(body.files[0].state, 'loading');
    assert.deepEqual((await api.ask(`/api/runs/${body.id}`)).body, body);
    const board = (await api.ask('/queues/api/queues?activeQueue=loads&page=1&jobsPerPage=10')).body;
    const jobs = board.queues.find((queue: { name: string }) => queue.name === 'loads').jobs;
    assert.deepEqual(
      jobs.map((job: { id: string; data: unknown }) => [job.id, job.data]),
      [[body.id, { runId: body.id }]],
    );
    assert.equal(jobs[0].externalUrl.href, `/runs/${body.id}`);
  }));

test('the same idempotency key gives the same run, also to requests at the same time', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const post = () => api.ask(path, { method: 'POST', body: { input: { files: [file] }, idempotencyKey: 'once' } });
    const answers = await Promise.all([post(), post(), post(), post()]);
    answers.push(await post());
    assert.deepEqual([...new Set(answers.map((each) => each.status))], [202]);
    assert.equal(new Set(answers.map((each) => each.body.id)).size, 1);
    assert.equal((await api.ask('/api/runs')).body.items.length, 1);
  }));

test('a delayed run is recorded as delayed', () =>
  withApi(async (api) => {
    const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const { body } = await api.ask(path, { method: 'POST', body: { input: { files: [file] }, delayMs: 60_000 } });
    assert.equal(body.state, 'delayed');
    assert.ok(Date.parse(body.availableAt) - Date.parse(body.createdAt) >= 59_000);
  }));

test('input that does not fit is 422 naming each fault; nothing is recorded', () =>
  withApi(async (api) => {
    const image = await seedFile(api.pool, { path: 'a.jpg', source: 'images', state: 'settled' });
    for (const [body, paths] of [
      [{ input: { files: ['x', '12'], colour: 1 } }, ['/input', '/input/files/0']],
      [{ input: { files: [] } }, ['/input/files']],
      [{ input: { files: [image, '999'] } }, ['/input/files/0', '/input/files/1']],
      [{ input: 7 }, ['/input']],
      [{}, ['']],
      [[], ['']],
      [{ input: {}, priority: '5', delayMs: -1 }, ['/delayMs', '/priority']],
      [{ input: {}, idempotencyKey: '' }, ['/idempotencyKey']],
      [{ input: {}, idempotencyKey: '\0' }, ['/idempotencyKey']],
    ] as const) {
      const answer = await api.ask(path, { method: 'POST', body });
      assert.equal(answer.status, 422, JSON.stringify(body));
      const named = new Set(answer.body.errors.map((each: { path: string }) => each.path));
      for (const path of paths)
        assert.ok(named.has(path), `${JSON.stringify(body)}: ${JSON.stringify(answer.body.errors)}`);
    }
    assert.deepEqual((await api.ask('/api/runs')).body.items, []);
  }));

test('what cannot be read is 400, an unknown task 404, another media type 415, too much 413', () =>
  withApi(async (api) => {
    assert.equal((await api.ask(path, { method: 'POST', body: '{"input":' })).status, 400);
    assert.equal((await api.ask(path, { method: 'POST', body: '{"input":{"__proto__":{}}}' })).status, 400);
    const unknown = await api.ask('/api/tasks/no-such/runs', { method: 'POST', body: { input: {} } });
    assert.equal(unknown.status, 404);
    assert.match(unknown.body.detail, /load-objects-detection/);
    assert.equal(
      (await api.ask(path, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } })).status,
      415,
    );
    assert.equal((await api.ask(path, { method: 'POST', body: { input: 'x'.repeat(1_100_000) } })).status, 413);
  }));

test('a carrier that is away does not keep a run from being recorded', async () => {
  const carrier = openCarrier({ databaseUrl: 'postgresql://nobody@127.0.0.1:9/none' }, 'http', () => {});
  await withApi(
    async (api) => {
      const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
      const { status, body } = await api.ask(path, { method: 'POST', body: { input: { files: [file] } } });
      assert.equal(status, 202);
      assert.equal(body.state, 'queued');
      const ready = await api.ask('/readyz?exclude=watcher,workers,queues');
      assert.equal(ready.status, 503);
      assert.deepEqual(
        ready.body.reasons.map((each: { check: string }) => each.check),
        ['carrier'],
      );
    },
    { deps: { carrier } },
  );
  await carrier.close();
});

test('runs are paged newest first without a gap or a double, while new ones arrive', () =>
  withApi(async (api) => {
    const ids: string[] = [];
    for (let n = 0; n < 17; n++) ids.push(await seedRun(api));
    const first = (await api.ask('/api/runs?limit=5')).body;
    await seedRun(api);
    const pages = [...idsOf(first.items)];
    for (let cursor = first.nextCursor; cursor !== null; ) {
      const page = (await api.ask(`/api/runs?limit=5&cursor=${cursor}`)).body;
      pages.push(...idsOf(page.items));
      cursor = page.nextCursor;
    }
    assert.deepEqual(pages, ids.reverse());
  }));

test('runs are filtered by task, state, parent and time', () =>
  withApi(async (api) => {
    const old = await seedRun(api, { createdAt: '2026-01-01T10:00:00.123456Z', state: 'failed' });
    const parent = await seedRun(api, { task: 'detect-faces', state: 'waiting' });
    const child = await seedRun(api, { parentId: parent, state: 'running' });
    const ids = async (query: string) => idsOf((await api.ask(`/api/runs?${query}`)).body.items);
    assert.deepEqual(await ids('task=detect-faces'), [parent]);
    assert.deepEqual(await ids('state=running,failed'), [child, old]);
    assert.deepEqual(await ids(`parentId=${parent}`), [child]);
    assert.deepEqual(await ids('to=2026-01-01'), [old]);
    assert.deepEqual(await ids('from=2026-01-01T10:00:00.123Z&to=2026-01-01T10:00:00.123Z'), [old]);
    assert.deepEqual(await ids('from=2026-01-02'), [child, parent]);
    assert.equal((await api.ask('/api/runs?state=lost')).status, 422);
    assert.equal((await api.ask('/api/runs?parentId=1')).status, 422);
    for (const time of ['yesterday', '2026-02-30', '2026-01-01T25:00:00Z', '0000-01-01', '']) {
      const { status, body } = await api.ask(`/api/runs?from=${time}`);
      assert.equal(status, 422, time);
      assert.equal(body.errors[0].path, 'from');
    }
    const run = (await api.ask(`/api/runs/${parent}`)).body;
    assert.deepEqual(idsOf(run.children), [child]);
    assert.equal(run.childCount, 1);
  }));

test('unknown runs are 404', () =>
  withApi(async (api) => {
    for (const id of ['01900000-0000-7000-8000-000000000000', 'x', '1']) {
      assert.equal((await api.ask(`/api/runs/${id}`)).status, 404);
      assert.equal((await api.ask(`/api/runs/${id}/logs`)).status, 404);
    }
  }));

test('a log is paged oldest first and filtered by level and attempt', () =>
  withApi(async (api) => {
    const id = await seedRun(api);
    assert.deepEqual((await api.ask(`/api/runs/${id}/logs`)).body, { items: [], nextCursor: null });
    await api.pool.query(
      `INSERT INTO ops.log (run_id, attempt, at, level, message, fields)
       SELECT $1, 1 + n / 10, now(), CASE WHEN n % 5 = 0 THEN 'warn' ELSE 'info' END, 'line ' || n, '{"n":1}'
       FROM generate_series(0, 19) n`,
      [id],
    );
    const messages = async (query: string) =>
      (await readAll(api, `/api/runs/${id}/logs${query}`, 3)).map((line) => line.message);
    assert.deepEqual(
      await messages(''),
      Array.from({ length: 20 }, (_, n) => `line ${n}`),
    );
    assert.deepEqual(await messages('?level=warn'), ['line 0', 'line 5', 'line 10', 'line 15']);
    assert.deepEqual(await messages('?level=warn,error&attempt=2'), ['line 10', 'line 15']);
    assert.equal((await api.ask(`/api/runs/${id}/logs?level=loud`)).status, 422);
  }));

test('a run’s steps are shown page by page, by key, and counted', () =>
  withApi(async (api) => {
    const id = await seedRun(api, { state: 'waiting' });
    assert.deepEqual((await api.ask(`/api/runs/${id}/steps`)).body, { items: [], nextCursor: null });
    await api.pool.query(
      `INSERT INTO ops.step (run_id, key, attempt, output)
       VALUES ($1, 'b', 1, '{"z":1,"a":[2]}'), ($1, 'c', 2, NULL), ($1, 'a/ü', 1, '"x"')`,
      [id],
    );
    const steps = await readAll(api, `/api/runs/${id}/steps`, 2);
    assert.deepEqual(
      steps.map(({ key, attempt, output }) => [key, attempt, output]),
      [
        ['a/ü', 1, 'x'],
        ['b', 1, { z: 1, a: [2] }],
        ['c', 2, null],
      ],
    );
    const { body } = await api.ask(`/api/runs/${id}`);
    assert.deepEqual([body.stepCount, body.held], [3, false]);
    assert.equal((await api.ask(`/api/runs/${newRunId()}/steps`)).status, 404);
  }));
