import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { transaction } from '#database/pool.js';
import { databaseClock } from '#database/schedules/schedule-types.js';
import { lockSchedule } from '#database/schedules/schedules.js';
import { findSchedule, readScheduleFigures } from '#database/schedules/views.js';
import { count } from '../helpers/ledger.js';
import { plainTask } from '../helpers/stub-worker.js';
import { waitFor } from '../helpers/wait.js';
import { withSchedules } from './schedules-fixture.js';

test('a slot fires when its time has come, once, with the labels and the priority of its schedule', () =>
  withSchedules(async ({ pool, at, create, pass, said }) => {
    await create('hourly', { labels: { team: 'fleet' }, priority: 7 });
    assert.equal(await pass(), 0);
    at('2026-11-20T01:00:00.020');
    assert.equal(await pass(), 1);
    assert.equal(await pass(), 0);
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
    const { rows } = await pool.query('SELECT task, trigger, labels, priority, schedule, slot_at, state FROM ops.run');
    assert.deepEqual(rows, [
      {
        task: 'plain',
        trigger: 'schedule',
        labels: { team: 'fleet' },
        priority: 7,
        schedule: 'hourly',
        slot_at: new Date('2026-11-20T01:00Z'),
        state: 'queued',
      },
    ]);
    assert.equal((await findSchedule(pool, 'hourly'))?.nextAt, '2026-11-20T02:00:00.000Z');
  }));

test('however many workers look at the same moment, a slot fires once', () =>
  withSchedules(async ({ at, create, scheduler, runSlots }) => {
    for (const name of ['a', 'b', 'c']) await create(name, { cron: null, everyMs: 1_000 });
    at('2026-11-20T00:30:20');
    await Promise.all([1, 2, 3, 4].map(() => scheduler().pass()));
    for (const name of ['a', 'b', 'c']) assert.equal(new Set(await runSlots(name)).size, 20, name);
    for (const name of ['a', 'b', 'c']) assert.equal((await runSlots(name)).length, 20, name);
  }));

test('both nights in which the clocks change: a fixed time fires once, an hourly one each hour that passes', () =>
  withSchedules(async ({ at, create, pass, slots }) => {
    for (const [night, fixed] of [
      ['2026-03-28T21', ['2026-03-29T01:00:00.000Z']],
      ['2026-10-24T21', ['2026-10-25T00:30:00.000Z']],
    ] as const) {
      at(`${night}:30:00`);
      const start = Date.parse(`${night}:00:00Z`);
      await create(`fixed-${start}`, { cron: '30 2 * * *', timezone: 'Europe/Berlin' });
      await create(`hourly-${start}`, { timezone: 'Europe/Berlin' });
      for (let minutes = 30; minutes <= 8 * 60; minutes += 10) {
        at(new Date(start + minutes * 60_000).toISOString().slice(0, 19));
        await pass();
      }
      const fired = async (name: string) => (await slots(name)).map(({ slotAt, state }) => `${slotAt} ${state}`);
      assert.deepEqual(
        await fired(`fixed-${start}`),
        fixed.map((slot) => `${slot} fired`),
      );
      assert.deepEqual(
        await fired(`hourly-${start}`),
        [1, 2, 3, 4, 5, 6, 7, 8].map((hour) => `${new Date(start + hour * 3_600_000).toISOString()} fired`),
      );
    }
  }));

for (const [catchUp, expected] of [
  ['none', ['01:00-03:00 missed 3', '04:00 fired']],
  ['latest', ['01:00-02:00 missed 2', '03:00 fired (catch-up)', '04:00 fired']],
  ['all', ['01:00 fired (catch-up)', '02:00 fired (catch-up)', '03:00 fired (catch-up)', '04:00 fired']],
] as const) {
  test(`of three slots that nobody fired, catchUp ${catchUp} fires what it says`, () =>
    withSchedules(async ({ pool, at, create, pass, said }) => {
      await create('hourly', { catchUp });
      at('2026-11-20T03:30:00');
      await pass();
      at('2026-11-20T04:00:01');
      await pass();
      assert.deepEqual(await said('hourly'), expected);
      const figures = await readScheduleFigures(pool);
      assert.equal(figures.fired, await count(pool, 'SELECT count(*) FROM ops.run'));
      assert.equal(figures.missed, { none: 3, latest: 2, all: 0 }[catchUp]);
      assert.equal(figures.caughtUp, { none: 0, latest: 1, all: 3 }[catchUp]);
    }));
}

test('a slot that is up to a minute late has not been missed', () =>
  withSchedules(async ({ pool, at, create, pass, said }) => {
    await create('hourly');
    at('2026-11-20T01:00:59');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
    assert.equal((await readScheduleFigures(pool)).late, 1);
  }));

test('the latest missed slot is left when a later one fires anyway', () =>
  withSchedules(async ({ at, create, pass, said }) => {
    await create('hourly', { catchUp: 'latest' });
    at('2026-11-20T04:00:10');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00-03:00 missed 3', '04:00 fired']);
  }));

test('a month without workers writes no row per slot, and catches up a bounded number', () =>
  withSchedules(async ({ pool, at, create, pass }) => {
    await create('none', { cron: null, everyMs: 1_000 });
    await create('all', { cron: '* * * * * *', catchUp: 'all' });
    at('2026-12-20T00:30:00');
    await pass();
    const { rows } = await pool.query(
      `SELECT name, s.missed::int, m.slots, (SELECT count(*)::int FROM ops.slot WHERE schedule_id = s.id) AS rows
       FROM ops.schedule s JOIN ops.missed_slots m ON m.schedule_id = s.id ORDER BY name`,
    );
    assert.deepEqual(rows, [
      { name: 'all', missed: 10_000, slots: null, rows: 1_061 },
      { name: 'none', missed: 10_000, slots: null, rows: 61 },
    ]);
  }));

test('overlap skip leaves out a slot while the run of an earlier one has not ended', () =>
  withSchedules(async ({ at, create, pass, slots, said, endRuns }) => {
    await create('hourly', { overlap: 'skip' });
    for (const hour of ['01', '02']) {
      at(`2026-11-20T${hour}:00:00`);
      await pass();
    }
    await endRuns();
    at('2026-11-20T03:00:00');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired', '02:00 skipped', '03:00 fired']);
    const [first, second] = await slots('hourly');
    assert.match(second?.reason ?? '', new RegExp(`run ${first?.runId} .* had not ended`));
  }));

test('overlap queue fires each slot, one after the other and in order', () =>
  withSchedules(async ({ pool, at, create, pass, scheduler, said, endRuns, runSlots }) => {
    await create('hourly', { overlap: 'queue' });
    for (const hour of ['01', '02', '03', '04']) {
      at(`2026-11-20T${hour}:00:00`);
      await pass();
    }
    assert.deepEqual(await said('hourly'), ['01:00 fired', '02:00 pending', '03:00 pending', '04:00 pending']);
    const own = scheduler();
    await own.pass();
    assert.ok(own.waitMs() <= 1_000, 'it looks soon whether the run has ended');
    for (const expected of [
      ['01:00', '02:00'],
      ['01:00', '02:00', '03:00'],
    ]) {
      await endRuns();
      await pass();
      await pass();
      assert.deepEqual(await runSlots('hourly'), expected);
    }
    // A slot that comes while others wait does not pass them.
    await endRuns();
    at('2026-11-20T05:00:00');
    await pass();
    assert.deepEqual(await runSlots('hourly'), ['01:00', '02:00', '03:00', '04:00']);
    await endRuns();
    await pass();
    assert.deepEqual(
      (await said('hourly')).filter((each) => !each.endsWith('fired')),
      [],
    );
    assert.equal((await findSchedule(pool, 'hourly'))?.pending, 0);
  }));

test('overlap skip lets slots that are caught up run one after the other', () =>
  withSchedules(async ({ at, create, pass, said, endRuns }) => {
    await create('hourly', { overlap: 'skip', catchUp: 'all' });
    at('2026-11-20T03:30:00');
    await pass();
    assert.deepEqual(await said('hourly'), [
      '01:00 fired (catch-up)',
      '02:00 pending (catch-up)',
      '03:00 pending (catch-up)',
    ]);
    for (let n = 0; n < 2; n += 1) {
      await endRuns();
      await pass();
    }
    assert.deepEqual(new Set((await said('hourly')).map((each) => each.split(' ')[1])), new Set(['fired']));
  }));

test('a clock that is set back fires nothing twice, and the next slots come at their times', () =>
  withSchedules(async ({ at, create, pass, said }) => {
    await create('hourly');
    at('2026-11-20T01:00:00');
    await pass();
    at('2026-11-20T06:30:00');
    await pass();
    at('2026-11-20T00:59:00');
    await pass();
    at('2026-11-20T01:00:00');
    await pass();
    at('2026-11-20T02:00:00');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired', '02:00 fired', '02:00-06:00 missed 5']);
  }));

test('a slot whose task is gone or does not take the input fails and says why, and others fire', () =>
  withSchedules(async ({ pool, at, create, pass, scheduler, slots, said }) => {
    await create('gone');
    await create('changed');
    await create('files', { task: 'stub', input: { files: ['12'] } });
    await create('hourly');
    await pool.query(`UPDATE ops.schedule SET task = 'renamed' WHERE name = 'gone'`);
    await pool.query(`UPDATE ops.schedule SET input = '[]' WHERE name = 'changed'`);
    at('2026-11-20T01:00:00');
    await pass();
    assert.deepEqual(await said('gone'), [], 'left to a worker that knows the task');
    at('2026-11-20T01:00:31');
    await scheduler(new Map([[plainTask.name, plainTask]])).pass();
    const reasonOf = async (name: string) => {
      const [slot] = await slots(name);
      assert.equal(slot?.state, 'failed');
      return slot?.reason ?? '';
    };
    assert.match(await reasonOf('gone'), /no task is named "renamed"/);
    assert.match(await reasonOf('changed'), /does not fit the task's schema/);
    assert.match(await reasonOf('files'), /names file 12, which the ledger does not know/);
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 1);
    assert.equal((await readScheduleFigures(pool)).failed, 3);
  }));

test('a failure in the middle leaves nothing of a slot behind, and it fires later', () =>
  withSchedules(async ({ pool, at, create, pass, said }) => {
    await create('hourly');
    await pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
      CREATE TRIGGER refuse BEFORE INSERT ON ops.slot FOR EACH ROW EXECUTE FUNCTION refuse()`);
    at('2026-11-20T01:00:00');
    assert.equal(await pass(), 0);
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 0);
    await pool.query('DROP TRIGGER refuse ON ops.slot');
    assert.equal(await pass(), 1);
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
  }));

test('a schedule that another worker decides about is left to that one', () =>
  withSchedules(async ({ pool, at, create, pass, scheduler, said }) => {
    await create('hourly');
    at('2026-11-20T01:00:00');
    await transaction(pool, async (tx) => {
      assert.ok(await lockSchedule(tx, { name: 'hourly' }, databaseClock));
      const other = scheduler();
      assert.equal(await other.pass(), 0);
      assert.ok(other.waitMs() < 1_000, 'it looks again soon');
    });
    assert.equal(await pass(), 1);
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
  }));

test('without schedules a look is one statement', () =>
  withSchedules(async ({ pool, scheduler }) => {
    const query = pool.query;
    const asked: unknown[] = [];
    pool.query = ((...given: unknown[]) => {
      asked.push(given[0]);
      return Reflect.apply(query, pool, given);
    }) as typeof query;
    const own = scheduler();
    assert.equal(await own.pass(), 0);
    assert.equal(asked.length, 1);
    assert.equal(own.waitMs(), 5_000);
  }));

test('a carrier that does not answer holds up no slot', () =>
  withSchedules(async ({ carrier, at, create, pass, runSlots }) => {
    let asked = 0;
    carrier.queue(plainTask.queue).addBulk = () => {
      asked += 1;
      return new Promise<never>(() => {});
    };
    for (let n = 0; n < 20; n += 1) await create(`hourly-${n}`);
    at('2026-11-20T01:00:00');
    assert.equal(await pass(), 20);
    assert.deepEqual(await runSlots('hourly-19'), ['01:00']);
    assert.equal(asked, 1, 'the first jobs are still on their way');
  }));

test('a worker that freezes with a schedule in its hands is thrown out, and another fires', () =>
  withSchedules(async ({ pool, url, at, create, pass, said }) => {
    await create('hourly');
    at('2026-11-20T01:00:00');
    const frozen = new pg.Client({ connectionString: url });
    frozen.on('error', () => {});
    await frozen.connect();
    await frozen.query('BEGIN');
    assert.ok(await lockSchedule(frozen, { name: 'hourly' }, databaseClock));
    await waitFor('another fires', async () => ((await pass()) === 1 ? true : undefined));
    await assert.rejects(frozen.query('COMMIT'));
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 1);
  }));
