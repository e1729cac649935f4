import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { readFlow } from '#database/queries/flow-tree.js';
import { rowsRead } from '../helpers/rows-read.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';
import { flowTasks, withFlowApi } from './flow-fixture.js';

/** An id that stands for a number: a run's children have greater ones, as those of version 7 do. */
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const idSql = (n: string): string => `('00000000-0000-7000-8000-' || lpad((${n})::text, 12, '0'))::uuid`;

interface SeededRuns {
  /** The number of the first one, and how many follow it. */
  readonly first: number;
  readonly count?: number;
  /** SQL over `n`, the number of a run. */
  readonly state?: string;
  readonly parent?: number;
  readonly root?: number;
}

async function seedRuns(pool: pg.Pool, { first, count = 1, state = `'succeeded'`, parent, root }: SeededRuns) {
  await pool.query(
    `INSERT INTO ops.run (id, root_id, parent_id, invoke_key, task, queue, state, trigger, input, max_attempts, attempt,
       started_at, ended_at, error)
     SELECT ${idSql('n')}, $3, $4, CASE WHEN $4::uuid IS NOT NULL THEN 'part/' || n END, 'plain', 'loads', s.state,
       'invoke', '{}', 1, 1, '2026-01-01T00:00:00Z', CASE WHEN s.state IN ('succeeded', 'failed') THEN '2026-01-01T00:00:02.5Z'::timestamptz END,
       CASE s.state WHEN 'failed' THEN '{"name":"Error","message":"the one that failed"}'::jsonb END
     FROM generate_series($1::int, $1::int + $2::int - 1) n, LATERAL (SELECT (${state})::ops.run_state AS state) s`,
    [first, count, idOf(root ?? first), parent === undefined ? null : idOf(parent)],
  );
}

const askFlow = async (api: TestApi, n: number, query = ''): Promise<Answer['body']> => {
  const { status, body } = await api.ask(`/api/runs/${idOf(n)}/flow${query}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const numbersOf = (items: { id: string }[]): number[] => items.map(({ id }) => Number(id.slice(-12)));

test('a flow is shown as a tree with states, times and counts of each run', () =>
  withApi(async (api) => {
    const { pool } = api;
    await seedRuns(pool, { first: 1, state: `'waiting'` });
    await seedRuns(pool, {
      first: 10,
      count: 2,
      parent: 1,
      root: 1,
      state: `CASE n WHEN 10 THEN 'succeeded' ELSE 'waiting' END`,
    });
    await seedRuns(pool, {
      first: 100,
      count: 25,
      parent: 11,
      root: 1,
      state: `CASE n % 5 WHEN 0 THEN 'failed' ELSE 'queued' END`,
    });
    await seedRuns(pool, { first: 200, count: 3, parent: 124, root: 1, state: `'running'` });
    await seedRuns(pool, { first: 300, count: 5 });

    const flow = await askFlow(api, 1);
    assert.deepEqual([flow.run.childCount, flow.run.below.total, flow.run.below.isComplete], [2, 30, true]);
    assert.deepEqual(flow.run.below.byState, {
      ...{ queued: 20, delayed: 0, waiting: 1, running: 3, succeeded: 1, failed: 5, cancelled: 0 },
    });
    assert.deepEqual(numbersOf(flow.items), [10, 11]);
    const [ended, middle] = flow.items;
    assert.deepEqual(
      [ended.key, ended.state, ended.durationMs, ended.errorMessage, ended.childCount, ended.children],
      ['part/10', 'succeeded', 2500, null, 0, undefined],
    );
    assert.equal(ended.endedAt, '2026-01-01T00:00:02.500Z');
    assert.deepEqual([middle.below.total, middle.below.byState.failed, middle.below.byState.running], [28, 5, 3]);
    assert.ok(middle.durationMs > 0, 'the time of one that has not ended is that until now');
    assert.equal(middle.children.items[0].errorMessage, 'the one that failed');
    assert.equal(middle.children.items.length, 20);
    const { items: others } = await askFlow(api, 11, `?cursor=${middle.children.nextCursor}`);
    assert.deepEqual(numbersOf(others), [120, 121, 122, 123, 124]);
    assert.deepEqual([others[4].childCount, numbersOf(others[4].children.items)], [3, [200, 201, 202]]);

    const [, flat] = (await askFlow(api, 1, '?depth=1')).items;
    assert.deepEqual([flat.children, flat.below.total], [undefined, 28]);
    const [, deep] = (await askFlow(api, 1, '?depth=3')).items;
    assert.equal(deep.children.items.length, 20);

    const first = await askFlow(api, 1, '?state=failed,running&limit=4');
    const second = await askFlow(api, 1, `?state=failed,running&limit=4&cursor=${first.nextCursor}`);
    assert.deepEqual(numbersOf([...first.items, ...second.items]), [100, 105, 110, 115, 120, 200, 201, 202]);
    assert.deepEqual([second.nextCursor, second.items[1].parentId], [null, idOf(124)]);
    assert.deepEqual(numbersOf((await askFlow(api, 124, '?state=failed,running')).items), [200, 201, 202]);
    assert.deepEqual((await askFlow(api, 10, '?state=failed')).items, []);

    assert.equal((await api.ask(`/api/runs/${idOf(9)}/flow`)).status, 404);
    for (const wrong of ['?depth=4', '?depth=0', '?state=over', '?cursor=x', '?limit=501']) {
      assert.equal((await api.ask(`/api/runs/${idOf(1)}/flow${wrong}`)).status, 422, wrong);
    }
  }));

test('a flow has the latest attempts of each run if asked for them', () =>
  withApi(async (api) => {
    await seedRuns(api.pool, { first: 1, state: `'waiting'` });
    await seedRuns(api.pool, { first: 10, count: 2, parent: 1, root: 1, state: `'running'` });
    await api.pool.query(`INSERT INTO ops.worker (id, host, pid) VALUES ('w', 'here', 1)`);
    await api.pool.query(
      `INSERT INTO ops.attempt (run_id, number, worker_id, state, started_at, ended_at)
       SELECT $1, n, 'w', CASE n WHEN 25 THEN 'running' ELSE 'failed' END::ops.attempt_state, '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 s',
         CASE WHEN n < 25 THEN '2026-01-01T00:00:00.5Z'::timestamptz + n * interval '1 s' END
       FROM generate_series(1, 25) n`,
      [idOf(10)],
    );
    const { items } = await askFlow(api, 1, '?include=attempts');
    const [tried, untried] = items;
    assert.deepEqual([tried.attempts.length, tried.attempts[0].number, untried.attempts], [20, 6, []]);
    assert.deepEqual(tried.attempts[19], {
      ...{ number: 25, state: 'running', startedAt: '2026-01-01T00:00:25.000Z', endedAt: null },
    });
    const { items: found, run } = await askFlow(api, 1, '?state=running&include=attempts');
    assert.deepEqual([found[0].attempts.length, run.attempts], [20, []]);
    assert.equal((await askFlow(api, 1)).items[0].attempts, undefined);
    assert.equal((await api.ask(`/api/runs/${idOf(1)}/flow?include=logs`)).status, 422);
  }));

test('of ten thousand children a page, and the one that failed, are read without looking at other runs', () =>
  withApi(async (api) => {
    const { pool } = api;
    const children = 10_000;
    await seedRuns(pool, { first: 1, state: `'waiting'` });
    await seedRuns(pool, {
      first: 1_001,
      count: children,
      parent: 1,
      root: 1,
      state: `CASE n WHEN 7777 THEN 'failed' ELSE 'succeeded' END`,
    });
    // Of other flows, failed ones as well.
    await seedRuns(pool, { first: 500_000, state: `'waiting'` });
    await seedRuns(pool, { first: 500_001, count: 3 * children, parent: 500_000, root: 500_000, state: `'failed'` });
    await pool.query('VACUUM ANALYZE ops.run');

    const client = await pool.connect();
    try {
      const read = (request: Parameters<typeof readFlow>[2]): Promise<number> =>
        rowsRead(client, () => readFlow(client, idOf(1), request), 'ops.run');
      // Each of them once to be counted by its state, and once to find the page.
      const page = await read({ depth: 2, limit: 50 });
      const failed = await read({ depth: 2, limit: 50, states: ['failed'] });
      assert.ok(page <= 2.2 * children && failed <= 2.2 * children, `${page} and ${failed} rows were read`);
    } finally {
      client.release();
    }
    const { run, items } = await askFlow(api, 1, '?state=failed');
    assert.deepEqual([run.below.total, run.below.byState.failed, numbersOf(items)], [children, 1, [7_777]]);
    assert.equal(items[0].errorMessage, 'the one that failed');
    const seen = new Set<number>();
    let cursor = '';
    for (let pages = 0; pages < children / 500; pages += 1) {
      const page = await askFlow(api, 1, `?limit=500${cursor}`);
      for (const n of numbersOf(page.items)) seen.add(n);
      cursor = `&cursor=${page.nextCursor}`;
    }
    assert.deepEqual([seen.size, cursor], [children, '&cursor=null']);
  }));

test('the flow that a task makes is shown with the keys of its steps', (t) =>
  withFlowApi(t, 'postgres', flowTasks, async ({ run, ask }) => {
    const inner = { steps: [{ key: 'deep', task: 'double', input: { n: 1 } }] };
    const flow = await run('flow', {
      steps: [
        { key: 'count', task: 'count', input: { text: 'a b' } },
        { key: 'inner', task: 'flow', after: ['count'], input: inner },
      ],
    });
    const { body } = await ask(`/api/runs/${flow.id}/flow`);
    const [count, nested] = body.items;
    assert.deepEqual(
      [body.run.below.total, count.key, nested.key, nested.children.items[0].key],
      [3, 'count', 'inner', 'deep'],
    );
  }));
