import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AttemptPosition, listWorkerAttempts } from '#database/queries/worker-attempts.js';
import { newRunId } from '#database/runs/record-run.js';
import { explainingPool, type Scan } from '../helpers/explain.js';
import { readAll, type TestApi, withApi } from './api-fixture.js';

async function seedWorker(api: TestApi, id: string): Promise<void> {
  await api.pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ($1, 'host', 1)`, [id]);
}

async function seedRun(api: TestApi, task: string): Promise<string> {
  const id = newRunId();
  await api.pool.query(
    `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
     VALUES ($1, $1, $2, 'loads', 'running', 'api', '{}', 5)`,
    [id, task],
  );
  return id;
}

interface Seed {
  readonly run: string;
  readonly number: number;
  readonly worker: string;
  readonly state?: string;
  readonly startedAt: string;
  readonly error?: object;
}

async function seedAttempt(api: TestApi, seed: Seed): Promise<void> {
  const { run, number, worker, state = 'succeeded', startedAt, error } = seed;
  await api.pool.query(
    `INSERT INTO ops.attempt (run_id, number, state, worker_id, started_at, ended_at, error)
     VALUES ($1, $2, $3, $4, $5, $5::timestamptz + $6::interval, $7)`,
    [run, number, state, worker, startedAt, state === 'running' ? null : '1500.25 ms', error ?? null],
  );
}

test('the attempts of a worker are listed, the last begun first, in pages that lose none of one moment', () =>
  withApi(async (api) => {
    for (const worker of ['one', 'two', 'idle']) await seedWorker(api, worker);
    const runs = [await seedRun(api, 'count'), await seedRun(api, 'count'), await seedRun(api, 'load')];
    const [first = '', second = '', third = ''] = runs;
    const error = { name: 'TypeError', message: 'expected a number' };
    // Those that one statement begins have the same time, down to the microsecond.
    const together = '2026-03-01T10:00:00.123456Z';
    await seedAttempt(api, { run: first, number: 1, worker: 'one', state: 'failed', startedAt: together, error });
    await seedAttempt(api, { run: second, number: 1, worker: 'one', startedAt: together });
    await seedAttempt(api, { run: second, number: 2, worker: 'one', state: 'released', startedAt: together });
    await seedAttempt(api, { run: third, number: 1, worker: 'two', startedAt: together });
    await seedAttempt(api, { run: third, number: 2, worker: 'one', startedAt: '2026-03-01T10:00:00.123455Z' });
    await seedAttempt(api, {
      ...{ run: first, number: 2, worker: 'one', state: 'running' },
      startedAt: '2026-03-01T11:00:00Z',
    });

    const attempts = async (query = ''): Promise<string[]> =>
      (await readAll(api, `/api/workers/one/attempts${query}`, 2)).map(({ runId, number }) => `${runId} ${number}`);
    const all = [`${first} 2`, `${second} 2`, `${second} 1`, `${first} 1`, `${third} 2`];
    assert.deepEqual(await attempts(), all);
    assert.deepEqual(await attempts('?state=failed,released'), [`${second} 2`, `${first} 1`]);
    assert.deepEqual(await attempts('?state=lost'), []);
    assert.deepEqual((await api.ask('/api/workers/idle/attempts')).body, { items: [], nextCursor: null });

    const { items } = (await api.ask('/api/workers/one/attempts?state=failed,running')).body;
    assert.deepEqual(items, [
      {
        ...{ runId: first, task: 'count', number: 2, state: 'running', error: null },
        ...{ startedAt: '2026-03-01T11:00:00.000Z', endedAt: null },
      },
      {
        ...{ runId: first, task: 'count', number: 1, state: 'failed', error },
        ...{ startedAt: together, endedAt: '2026-03-01T10:00:01.623706Z' },
      },
    ]);

    assert.match((await api.ask('/api/workers/nobody/attempts')).body.detail, /no worker has the id nobody/);
    assert.equal((await api.ask('/api/workers/nobody/attempts')).status, 404);
    assert.equal((await api.ask('/api/workers/one/attempts?state=gone')).status, 422);
    const { nextCursor } = (await api.ask('/api/workers?limit=1')).body;
    assert.equal((await api.ask(`/api/workers/one/attempts?cursor=${nextCursor}`)).status, 422, 'of another list');
  }));

/** The first has every third of 30,000 attempts, a second apart; the second its first ten, and the third all others. */
async function seedMany(api: TestApi): Promise<string> {
  for (const worker of ['one', 'rare', 'busy']) await seedWorker(api, worker);
  await api.pool.query(`UPDATE ops.worker SET started_at = '2026-01-01', seen_at = '2026-01-01 08:20:00'`);
  const run = await seedRun(api, 'count');
  await api.pool.query(
    `INSERT INTO ops.attempt (run_id, number, state, worker_id, started_at)
     SELECT $1, n, 'succeeded', CASE WHEN n <= 10 THEN 'rare' WHEN n % 3 = 0 THEN 'one' ELSE 'busy' END,
       timestamptz '2026-01-01' + n * interval '1 s'
     FROM generate_series(1, 30000) AS n`,
    [run],
  );
  await api.pool.query('ANALYZE ops.attempt, ops.run');
  return run;
}

test('a page of a worker’s attempts reads a part of them, whether it has few or many', () =>
  withApi(async (api) => {
    const run = await seedMany(api);
    const read = async (worker: string, after?: AttemptPosition) => {
      const scans: Scan[] = [];
      const page = await listWorkerAttempts(explainingPool(api.pool, scans), worker, undefined, { limit: 50, after });
      const numbers = page?.items.map(({ number }) => number) ?? [];
      const indexes = scans.filter(({ table }) => table === 'attempt').map(({ index }) => index);
      return { numbers, found: indexes.at(-1) };
    };
    const byTime = 'attempt_started_at_idx';
    const every3rd = (from: number): number[] => Array.from({ length: 50 }, (_, n) => from - 3 * n);
    assert.deepEqual(await read('one'), { numbers: every3rd(30_000), found: byTime });
    const after = { startedAt: '2026-01-01T03:00:00.000000Z', runId: run, number: 10_800 };
    assert.deepEqual(await read('one', after), { numbers: every3rd(10_797), found: byTime });
    const rare = await read('rare');
    assert.deepEqual(rare.numbers, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert.notEqual(rare.found, byTime, 'those of all others would be read');
    assert.equal((await readAll(api, '/api/workers/one/attempts', 500)).length, 9_997);
  }));
