import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '#database/runs/record-run.js';
import { readAll, seedFile, type TestApi, withApi } from './api-fixture.js';

interface Seed {
  readonly task?: string;
  readonly state?: string;
  readonly trigger?: string;
  readonly labels?: object;
  readonly parentId?: string;
  readonly input?: object;
  readonly output?: object;
  readonly error?: object;
  /** Milliseconds that it took; it has not started if not given. */
  readonly tookMs?: number;
}

async function seed(api: TestApi, run: Seed = {}): Promise<string> {
  const id = newRunId();
  await api.pool.query(
    `INSERT INTO ops.run (id, root_id, parent_id, invoke_key, task, queue, state, trigger, input, output, error, labels,
       max_attempts, started_at, ended_at)
     VALUES ($1::uuid, COALESCE($2::uuid, $1::uuid), $2, CASE WHEN $2 IS NOT NULL THEN $1::text END, $3, 'loads', $4, $5, $6, $7,
       $8, $9, 5, now() - interval '1 hour', now() - interval '1 hour' + $10 * interval '1 millisecond')`,
    [
      ...[
        id,
        run.parentId ?? null,
        run.task ?? 'count',
        run.state ?? 'succeeded',
        run.trigger ?? 'api',
        run.input ?? {},
      ],
      ...[run.output ?? null, run.error ?? null, run.labels ?? {}, run.tookMs ?? null],
    ],
  );
  if (run.tookMs === undefined) await api.pool.query('UPDATE ops.run SET started_at = NULL WHERE id = $1', [id]);
  return id;
}

const found = async (api: TestApi, query: string): Promise<string[]> =>
  (await readAll(api, `/api/runs?${query}`, 2)).map(({ id }) => String(id));

test('runs are found by task, state, trigger, label, root, parent, duration, file and text', () =>
  withApi(async (api) => {
    const root = await seed(api, { task: 'flow', labels: { team: 'fleet', tier: 'a,b' }, tookMs: 5_000 });
    const child = await seed(api, { parentId: root, trigger: 'invoke', labels: { team: 'fleet' }, tookMs: 100 });
    const failed = await seed(api, {
      state: 'failed',
      trigger: 'schedule',
      error: { message: 'expected 50% more' },
      tookMs: 20,
    });
    const waiting = await seed(api, { state: 'queued', input: { city: 'Wien' }, labels: { team: 'web' } });
    const written = await seed(api, { output: { rows: ['Graz'] }, tookMs: 1 });
    const file = await seedFile(api.pool, { path: 'day/2023_01%.parquet', state: 'loaded' });
    await api.pool.query('INSERT INTO ops.run_file (run_id, file_id, ordinal) VALUES ($1, $2, 0)', [written, file]);

    const expected: [string, string[]][] = [
      ['', [written, waiting, failed, child, root]],
      ['task=flow', [root]],
      ['state=failed,queued', [waiting, failed]],
      ['trigger=invoke,schedule', [failed, child]],
      ['label=team:fleet', [child, root]],
      ['label=team:fleet,tier:a,b', [root]],
      ['label=team:fle', []],
      [`rootId=${root}`, [child, root]],
      [`rootId=${child}`, [child]],
      [`parentId=${root}`, [child]],
      ['minDurationMs=100', [child, root]],
      ['minDurationMs=2&maxDurationMs=100', [failed, child]],
      ['file=day/2023_01%25', [written]],
      ['file=*.parquet', [written]],
      ['file=day/2023-01', []],
      ['text=wien', [waiting]],
      ['text=GRAZ', [written]],
      ['text=50%25', [failed]],
      ['text=50_', []],
    ];
    for (const [query, ids] of expected) assert.deepEqual(await found(api, query), ids, query);
    for (const query of ['label=team', 'trigger=nobody', 'sort=task', 'minDurationMs=-1', 'include=error', 'text=']) {
      assert.equal((await api.ask(`/api/runs?${query}`)).status, 422, query);
    }
  }));

test('runs are sorted by each of their times, those without it last, over pages and ties', () =>
  withApi(async (api) => {
    const ids: string[] = [];
    for (const tookMs of [30, 10, undefined, 10, 20])
      ids.push(await seed(api, { ...(tookMs === undefined ? {} : { tookMs }) }));
    const [a, b, none, d, e] = ids;
    assert.deepEqual(await found(api, 'sort=durationMs'), [b, d, e, a, none]);
    assert.deepEqual(await found(api, 'sort=-durationMs'), [a, e, d, b, none]);
    assert.deepEqual(await found(api, 'sort=createdAt'), ids);
    assert.deepEqual((await found(api, 'sort=-startedAt')).at(-1), none);
    assert.deepEqual((await found(api, 'sort=endedAt')).length, 5);
    const { nextCursor } = (await api.ask('/api/runs?limit=1&sort=durationMs')).body;
    assert.equal(
      (await api.ask(`/api/runs?sort=endedAt&cursor=${nextCursor}`)).status,
      422,
      'a cursor belongs to its order',
    );
  }));

test('input and output are listed where they are asked for', () =>
  withApi(async (api) => {
    await seed(api, { input: { n: 1 }, output: { sum: 2 }, tookMs: 5 });
    const [short] = (await api.ask('/api/runs')).body.items;
    assert.ok(!('input' in short) && !('output' in short));
    assert.equal(short.durationMs, 5);
    const [long] = (await api.ask('/api/runs?include=output,input')).body.items;
    assert.deepEqual([long.input, long.output], [{ n: 1 }, { sum: 2 }]);
  }));

test('runs are counted by task, state, trigger, queue and label', () =>
  withApi(async (api) => {
    await seed(api, { labels: { team: 'fleet' } });
    await seed(api, { labels: { team: 'fleet' }, state: 'failed' });
    await seed(api, { labels: { team: 'web' } });
    await seed(api, {});
    const counts = async (query: string) => (await api.ask(`/api/runs/counts?${query}`)).body;
    assert.deepEqual(await counts(''), { count: 4, groups: [] });
    assert.deepEqual(await counts('by=state'), {
      count: 4,
      groups: [
        { value: 'succeeded', count: 3 },
        { value: 'failed', count: 1 },
      ],
    });
    assert.deepEqual((await counts('by=label:team')).groups, [
      { value: 'fleet', count: 2 },
      { value: 'web', count: 1 },
      { value: null, count: 1 },
    ]);
    assert.deepEqual(await counts('by=task&state=failed'), { count: 1, groups: [{ value: 'count', count: 1 }] });
    assert.equal((await api.ask('/api/runs/counts?by=input')).status, 422);
  }));
