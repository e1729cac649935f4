import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '#database/runs/record-run.js';
import { addJobs } from '#queue/jobs.js';
import { redisMissing, startRedis } from '../helpers/redis.js';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from './api-fixture.js';
import { apiPaths } from './api-paths.js';

test('a database that is away makes the API answer 503, and readiness say why, while it stays alive', () =>
  withApi(async (api) => {
    const query = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    api.pool.query = query as typeof api.pool.query;
    assert.equal((await api.ask('/healthz')).status, 200);
    const ready = await api.ask('/readyz?exclude=watcher,workers,queues');
    assert.equal(ready.status, 503);
    assert.deepEqual(
      ready.body.reasons.map((each: { check: string }) => each.check),
      ['database', 'migrations'],
    );
    const files = await api.ask('/api/files');
    assert.equal(files.status, 503);
    assert.equal(files.headers['retry-after'], '5');
    assert.ok(!JSON.stringify(files.body).includes('ECONNREFUSED'));
  }));

test('migrations that are missing make it not ready', () =>
  withApi(
    async (api) => {
      const { status, body } = await api.ask('/readyz?exclude=watcher,workers,queues');
      assert.equal(status, 503);
      assert.deepEqual(body.reasons, [{ check: 'migrations', reason: 'not applied yet: 1_init' }]);
    },
    { deps: { pendingMigrations: async () => ['1_init'] } },
  ));

test('an error inside tells the client nothing of it', () =>
  withApi(
    async (api) => {
      const { status, body } = await api.ask('/api/runs/01a00000-0000-7000-8000-000000000000');
      assert.equal(status, 500);
      assert.ok(!JSON.stringify(body).includes('secret'));
      assert.match(body.detail, /request [0-9a-f-]{36}/);
    },
    {
      deps: {
        prisma: new Proxy({} as never, {
          get: () => {
            throw new Error('secret words');
          },
        }),
      },
    },
  ));

test('the OpenAPI document is 3.1 and describes every route, each answer with a schema', () =>
  withApi(async (api) => {
    const { body: document } = await api.ask('/api/openapi.json');
    assert.match(document.openapi, /^3\.1\./);
    assert.deepEqual(Object.keys(document.paths).sort(), apiPaths);
    for (const [path, operations] of Object.entries<Record<string, Operation>>(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const where = `${method} ${path}`;
        assert.ok(operation.summary, where);
        assert.ok(
          Object.keys(operation.responses).some((status) => status.startsWith('2')),
          where,
        );
        for (const [status, response] of Object.entries(operation.responses)) {
          assert.ok(response.description, `${where} ${status}`);
          const media = Object.entries(response.content ?? {});
          assert.ok(
            media.length > 0 && media.every(([, each]) => each.schema),
            `${where} ${status}: ${JSON.stringify(response)}`,
          );
          if (status.startsWith('4')) assert.equal(media[0]?.[0], 'application/problem+json', `${where} ${status}`);
        }
        const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        const inPath = (operation.parameters ?? []).filter((each) => each.in === 'path').map((each) => each.name);
        assert.deepEqual(inPath, named, where);
      }
    }
    assert.ok(document.paths['/api/files'].post.requestBody, 'the upload describes its form');
    assert.equal((await api.app.inject('/docs')).statusCode, 200);
    assert.equal((await api.app.inject('/docs/json')).json().openapi, document.openapi);
  }));

interface Operation {
  readonly summary?: string;
  readonly parameters?: { in: string; name: string }[];
  readonly responses: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
}

async function checkBoard(api: TestApi, kind: 'redis' | 'postgres'): Promise<void> {
  const page = await api.app.inject('/queues');
  assert.equal(page.statusCode, 200);
  const asset = /src="(static\/js\/main[^"]+)"/.exec(page.body)?.[1];
  assert.ok(asset, page.body);
  assert.equal((await api.app.inject(`/queues/${asset}`)).statusCode, 200);
  const { status, body } = await api.ask('/queues/api/queues?activeQueue=loads&page=1&jobsPerPage=10');
  assert.equal(status, 200);
  assert.deepEqual(
    body.queues.map((queue: { name: string }) => queue.name),
    ['comparisons', 'exports', 'general', 'images', 'loads'],
  );
  const [job] = body.queues.find((queue: { name: string }) => queue.name === 'loads').jobs;
  assert.equal(job.externalUrl.href, `/runs/${job.id}`);
  assert.equal((await api.ask(`/queues/api/queues/loads/${job.id}`)).status, 200);
  const stats = await api.ask('/queues/api/redis/stats');
  assert.equal(stats.status, 200);
  assert.equal(stats.body.backend, kind);
  assert.equal((await api.app.inject(`/queues/queue/loads/${job.id}`)).statusCode, 200);
  for (const url of ['/queues/api/queues/loads/pause', '/queues/api/queues/loads/resume']) {
    assert.equal((await api.app.inject({ method: 'PUT', url })).statusCode, 200, url);
  }
}

const job = () => ({ id: newRunId(), task: 'load-data-sample', queue: 'loads', priority: 0, delayMs: 0 });

const config = { queueActions: 'on' } as const;

test('Bull Board shows the queues and links each job to its run, on the Postgres carrier', () =>
  withApi(
    async (api) => {
      await addJobs(api.carrier, [job()]);
      await checkBoard(api, 'postgres');
    },
    { config },
  ));

test('Bull Board shows the queues and links each job to its run, on the Redis carrier', async (t) => {
  const redis = await startRedis();
  if (!redis) return t.skip(redisMissing);
  try {
    await withApi(
      async (api) => {
        await addJobs(api.carrier, [job()]);
        await checkBoard(api, 'redis');
        assert.equal((await api.ask('/readyz?exclude=watcher,workers,queues')).status, 200);
      },
      { redisUrl: redis.url, config },
    );
  } finally {
    await redis.stop();
  }
});

test('Bull Board says so while the carrier is away, and works when it is there, even if it was not at the start', async (t) => {
  const first = await startRedis();
  if (!first) return t.skip(redisMissing);
  await first.stop();
  let second: Awaited<ReturnType<typeof startRedis>>;
  try {
    await withApi(
      async (api) => {
        const board = '/queues/api/queues?activeQueue=loads&page=1&jobsPerPage=10';
        assert.equal((await api.ask(board)).status, 503);
        assert.equal((await api.app.inject('/queues')).statusCode, 200);
        second = await startRedis(Number(new URL(first.url).port));
        await waitFor('the API is ready', async () =>
          (await api.ask('/readyz?exclude=watcher,workers,queues')).status === 200 ? true : undefined,
        );
        await addJobs(api.carrier, [job()]);
        await checkBoard(api, 'redis');
      },
      { redisUrl: first.url, config },
    );
  } finally {
    await second?.stop();
  }
});
