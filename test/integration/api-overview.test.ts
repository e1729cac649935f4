import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rollUp } from '#database/changes/roll-up.js';
import type { Pool } from '#database/pool.js';
import { newRunId } from '#database/runs/record-run.js';
import { overviewOf } from '../../apps/api/overview/overview.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { seedFile, type TestApi, withApi } from './api-fixture.js';

async function seedRuns(pool: Pool): Promise<void> {
  for (const [task, state, queue, age] of [
    ['count-rows', 'failed', 'general', '1 minute'],
    ['count-rows', 'failed', 'general', '20 hours'],
    ['export', 'failed', 'exports', '2 hours'],
    ['export', 'failed', 'exports', '3 days'],
    ['export', 'succeeded', 'exports', '1 hour'],
    ['load-data-sample', 'queued', 'loads', '90 seconds'],
    ['load-data-sample', 'running', 'loads', '200 seconds'],
    ['was-removed', 'delayed', 'of-old', '1 hour'],
  ]) {
    await pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts, created_at, available_at)
       VALUES ($1, $1, $2, $3, $4, 'api', '{}', 1, now() - $5::interval, now() - $5::interval)`,
      [newRunId(), task, queue, state, age],
    );
  }
}

async function seedSchedules(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO ops.schedule (name, origin, task, input, every_ms, timezone, overlap, catch_up, decided_at)
     SELECT name, 'api', 'count-rows', '{}', 60000, 'UTC', 'skip', 'none', now()
     FROM unnest('{fine,late,endless,long-ago}'::text[]) WITH ORDINALITY AS s (name, n) ORDER BY n RETURNING id`,
  );
  const [fine, late, endless, longAgo] = rows.map(({ id }) => id);
  for (const [schedule, state, age] of [
    [fine, 'fired', '1 hour'],
    [late, 'skipped', '1 hour'],
    [late, 'skipped', '2 hours'],
    [late, 'failed', '3 hours'],
    [late, 'fired', '4 hours'],
    [longAgo, 'skipped', '25 hours'],
  ]) {
    await pool.query(
      `INSERT INTO ops.slot (schedule_id, slot_at, state, cause, decided_at) VALUES ($1, now() - $3::interval, $2, 'time', now())`,
      [schedule, state, age],
    );
  }
  for (const [schedule, slots, age] of [
    [late, 4, '5 hours'],
    [endless, 7, '5 hours'],
    [endless, null, '1 hour'],
    [longAgo, 9, '2 days'],
  ]) {
    await pool.query(
      `INSERT INTO ops.missed_slots (schedule_id, first_at, last_at, slots, reason, decided_at)
       VALUES ($1, now() - interval '9 days', now() - $3::interval, $2, 'no worker', now())`,
      [schedule, slots, age],
    );
  }
}

/** What it says when nobody has asked lately. */
const readAnew = (api: TestApi) => overviewOf(api.deps)();

test('the overview has what the tables have: runs, files, loads, queues, workers and what asks for attention', () =>
  withApi(async (api) => {
    const { pool } = api;
    await seedRuns(pool);
    await seedSchedules(pool);
    await seedFile(pool, { path: 'a.json', rows: 10 });
    await seedFile(pool, { path: 'b.json', rows: 5 });
    await seedFile(pool, { path: 'c.jpg', source: 'images', rows: 1 });
    await seedFile(pool, { path: 'd.json', state: 'quarantined' });
    await pool.query(
      `INSERT INTO ops.worker (id, host, pid, seen_at, stopped_at, beat_ms, gone_ms) VALUES
         ('living', 'h', 1, now(), NULL, 600000, 3600000), ('silent', 'h', 2, now() - interval '1 minute', NULL, 1000, 3600000),
         ('lost', 'h', 3, now() - interval '10 minutes', NULL, 1000, 5000), ('old', 'h', 4, now() - interval '2 hours', NULL, 1000, 5000),
         ('stopped', 'h', 5, now(), now(), 1000, 5000)`,
    );
    await pool.query(
      `INSERT INTO ops.task_setting (task, version, paused, settings) VALUES ('export', 1, true, '{}'), ('task1', 1, false, '{}')`,
    );
    await api.carrier.queue('exports').pause();

    const { status, body } = await api.ask('/api/overview');
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(body.unknown, []);
    assert.deepEqual(body.runs, {
      ...{ queued: 1, delayed: 1, waiting: 0, running: 1 },
      ...{ succeeded: 1, failed: 4, cancelled: 0 },
    });
    const { loaded, quarantined, arriving } = body.files;
    assert.deepEqual([loaded, quarantined, arriving], [3, 1, 0]);
    const [depth, old] = ['loads', 'of-old'].map((wanted) =>
      body.queues.find(({ name }: { name: string }) => name === wanted),
    );
    assert.deepEqual([depth.queued, depth.running, depth.waiting, old.delayed], [1, 1, 0, 1]);
    assert.ok(depth.oldestSeconds >= 90 && depth.oldestSeconds < 200, `${depth.oldestSeconds}`);
    assert.equal(old.oldestSeconds, 0, 'what is delayed could not begin');
    assert.ok(
      body.queues.some(({ name, queued }: { name: string; queued: number }) => name === 'images' && queued === 0),
    );
    assert.deepEqual([body.workers.living, body.workers.silent, body.workers.lost], [1, 1, 1]);
    assert.deepEqual(
      body.workers.quiet.map(({ id, pid, state }: { id: string; pid: number; state: string }) => [id, pid, state]),
      [
        ['silent', 2, 'silent'],
        ['lost', 3, 'lost'],
      ],
    );
    const { since, ...failed } = body.failedRuns;
    assert.deepEqual(failed, {
      count: 3,
      tasks: [
        { task: 'count-rows', count: 2 },
        { task: 'export', count: 1 },
      ],
    });
    assert.equal((await api.ask(`/api/runs?state=failed&from=${since}`)).body.items.length, 3, 'the list has the same');
    assert.deepEqual(body.schedules, [
      { schedule: 'endless', missed: null, skipped: 0, failed: 0 },
      { schedule: 'late', missed: 4, skipped: 2, failed: 1 },
    ]);
    assert.deepEqual([body.pausedTasks, body.pausedQueues], [['export'], ['exports']]);
    for (const { path } of readCurlExamples('docs/figures.md'))
      assert.equal((await api.ask(`/api${path}`)).status, 200);

    const expected = {
      ...{ files: 3, rows: 16, bytes: 300 },
      sources: [
        { source: 'images', files: 1, rows: 1, bytes: 100 },
        { source: 'objects-detection', files: 2, rows: 15, bytes: 200 },
      ],
    };
    const steady = ({ files, rows, bytes, sources }: typeof expected) => ({ files, rows, bytes, sources });
    assert.deepEqual(steady(body.loads.minute), expected);
    const { seconds, filesPerSecond, rowsPerSecond } = body.loads.minute;
    assert.ok(seconds >= 60 && seconds <= 120 && body.loads.hour.seconds >= 3_600);
    assert.deepEqual([filesPerSecond, rowsPerSecond], [3 / seconds, 16 / seconds]);
    await rollUp(pool);
    const added = await readAnew(api);
    assert.deepEqual(steady(added.loads?.hour ?? assert.fail()), expected, 'the same from the tally');
    await pool.query(`UPDATE ops.load_tally SET at = at - interval '30 minutes' WHERE grain = 'minute'`);
    const later = (await readAnew(api)).loads ?? assert.fail();
    assert.deepEqual([later.minute.files, later.minute.sources, later.hour.files], [0, [], 3]);
    await pool.query(`UPDATE ops.load_tally SET at = at - interval '2 hours' WHERE grain = 'minute'`);
    assert.equal((await readAnew(api)).loads?.hour.files, 0);
  }));

test('a part of the overview that is not known is null with its reason, and many who ask share what is read', () =>
  withApi(async (api) => {
    let connections = 0;
    const counting = (connect: () => Promise<unknown>): Pool =>
      new Proxy(api.pool, {
        get(target, name) {
          return name === 'connect' || name === 'query' ? connect : Reflect.get(target, name);
        },
      });
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.9'), { code: 'ECONNREFUSED' });
    const away = overviewOf({ ...api.deps, pool: counting(() => Promise.reject(refused)) });
    const without = await away();
    assert.equal(without.runs, null);
    assert.deepEqual(without.pausedQueues, []);
    assert.equal(without.unknown.length, 8);
    assert.deepEqual(new Set(without.unknown.map(({ reason }) => reason)), new Set(['the database cannot be reached']));

    const never = { ...api.carrier, queue: () => ({ isPaused: () => new Promise(() => {}) }) };
    const late = await overviewOf({ ...api.deps, carrier: never as never })();
    assert.deepEqual(late.unknown, [{ part: 'pausedQueues', reason: 'the carrier did not answer within 2000 ms' }]);
    assert.equal(late.runs?.['failed'], 0);

    const overview = overviewOf({
      ...api.deps,
      pool: counting(() => {
        connections += 1;
        return Promise.reject(refused);
      }),
    });
    await overview();
    const once = connections;
    await Promise.all(Array.from({ length: 50 }, () => overview()));
    assert.equal(connections, 2 * once, 'fifty who ask at a time cost as much as one');
  }));
