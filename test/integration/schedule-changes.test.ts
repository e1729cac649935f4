import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backfillSchedule } from '#schedules/backfill.js';
import { changeSchedule, pauseSchedule, removeSchedule, resumeSchedule, runSchedule } from '#schedules/change.js';
import { count } from '../helpers/ledger.js';
import { hourly, type TestSchedules, withSchedules } from './schedules-fixture.js';

test('slots that waited fire at once when overlap is allowed', () =>
  withSchedules(async ({ deps, at, create, pass, runSlots }) => {
    await create('hourly', { overlap: 'queue' });
    for (const hour of ['01', '02', '03']) {
      at(`2026-11-20T${hour}:00:00`);
      await pass();
    }
    await changeSchedule(deps, 'hourly', (schedule) => ({ ...schedule, overlap: 'allow' }));
    await pass();
    assert.deepEqual(await runSlots('hourly'), ['01:00', '02:00', '03:00']);
  }));

test('the slots of a pause are missed and not caught up; what was due before it is not', () =>
  withSchedules(async ({ deps, at, create, pass, slots, said }) => {
    await create('hourly', { catchUp: 'all' });
    at('2026-11-20T01:00:05');
    await pauseSchedule(deps, 'hourly');
    at('2026-11-20T03:30:00');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
    await resumeSchedule(deps, 'hourly');
    await resumeSchedule(deps, 'hourly');
    at('2026-11-20T04:00:00');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired', '02:00-03:00 missed 2', '04:00 fired']);
    assert.match((await slots('hourly'))[1]?.reason ?? '', /paused/);
  }));

test('a change of the times holds from now on, and neither loses nor repeats a slot', () =>
  withSchedules(async ({ deps, at, create, pass, said }) => {
    await create('hourly');
    at('2026-11-20T01:00:00');
    await pass();
    at('2026-11-20T02:00:10');
    await changeSchedule(deps, 'hourly', (schedule) => ({ ...schedule, cron: '30 * * * *' }));
    at('2026-11-20T02:30:00');
    await pass();
    at('2026-11-20T02:40:00');
    // Back again: the slot of 2 o'clock has fired.
    await changeSchedule(deps, 'hourly', (schedule) => ({ ...schedule, cron: '0 * * * *', timezone: 'Asia/Shanghai' }));
    at('2026-11-20T03:00:00');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired', '02:00 fired', '02:30 fired', '03:00 fired']);
  }));

const backfill = ({ deps }: TestSchedules, from: string, to: string, dryRun = false) =>
  backfillSchedule(
    deps,
    'hourly',
    { from: Date.parse(`${from}Z`), to: Date.parse(`${to}Z`) },
    { dryRun, send: async () => {} },
  );

test('a backfill fires each slot of its span that has not fired, once, however often it is asked for', () =>
  withSchedules(async (schedules) => {
    const { at, create, pass, said, runSlots } = schedules;
    await create('hourly', { overlap: 'skip' });
    at('2026-11-20T01:00:00');
    await pass();
    at('2026-11-20T05:30:00');
    await pass();
    const span = ['2026-11-19T22:00', '2026-11-20T04:00'] as const;
    assert.deepEqual(await backfill(schedules, ...span, true), { slots: 7, settled: 1, fired: 6, failed: 0 });
    assert.equal((await runSlots('hourly')).length, 1);
    const both = await Promise.all([backfill(schedules, ...span), backfill(schedules, ...span)]);
    assert.equal(
      both.reduce((sum, each) => sum + (each?.fired ?? 0), 0),
      6,
    );
    assert.deepEqual(await backfill(schedules, ...span), { slots: 7, settled: 7, fired: 0, failed: 0 });
    assert.deepEqual(await runSlots('hourly'), ['22:00', '23:00', '00:00', '01:00', '02:00', '03:00', '04:00']);
    // Its runs do not count as those of earlier slots.
    await schedules.endRuns('2026-11-20T01:00Z');
    at('2026-11-20T06:00:00');
    await pass();
    assert.equal((await said('hourly')).at(-1), '06:00 fired');
  }));

test('a backfill of ten thousand slots is made, one of more is refused before anything is recorded', () =>
  withSchedules(async (schedules) => {
    const { pool, create } = schedules;
    await create('hourly', { cron: '* * * * *' });
    await assert.rejects(backfill(schedules, '2026-11-01T00:00', '2026-11-07T22:40'), /more than 10000/);
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 0);
    const made = await backfill(schedules, '2026-11-01T00:00', '2026-11-07T22:39');
    assert.deepEqual(made, { slots: 10_000, settled: 0, fired: 10_000, failed: 0 });
    assert.equal(await count(pool, 'SELECT count(DISTINCT slot_at) FROM ops.run'), 10_000);
  }));

test('a schedule is run by hand at no slot, and is taken away without its runs', () =>
  withSchedules(async ({ pool, deps, create, said, pass }) => {
    await create('hourly');
    const { id } = (await runSchedule(deps, 'hourly')) ?? {};
    const { rows } = await pool.query('SELECT trigger, schedule, slot_at FROM ops.run WHERE id = $1', [id]);
    assert.deepEqual(rows, [{ trigger: 'api', schedule: 'hourly', slot_at: null }]);
    assert.deepEqual(await said('hourly'), []);
    assert.ok(await removeSchedule(deps, 'hourly'));
    assert.equal(await removeSchedule(deps, 'hourly'), undefined);
    assert.equal(await pass(), 0);
    assert.equal(await count(pool, 'SELECT count(*) FROM ops.run'), 1);
    await create('hourly', hourly);
  }));
