import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Catalogue } from '#catalogue/catalogue.js';
import type { ScheduleDefinition } from '#contracts/schedule.js';
import { findSchedule } from '#database/schedules/views.js';
import { createLogger } from '#process/log.js';
import { changeSchedule, pauseSchedule, removeSchedule, runSchedule } from '#schedules/change.js';
import { ScheduleRefusedError } from '#schedules/errors.js';
import { syncSchedules } from '#schedules/sync.js';
import { plainTask } from '../helpers/stub-worker.js';
import { type TestSchedules, withSchedules } from './schedules-fixture.js';

const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });

/** What a worker knows whose folder of the task `plain` defines these schedules. */
const folderWith = (...schedules: ScheduleDefinition[]): Catalogue =>
  new Map([[plainTask.name, { ...plainTask, schedules }]]);

const startWorker = async ({ deps }: TestSchedules, catalogue: Catalogue): Promise<void> => {
  await syncSchedules({ ...deps, catalogue, log });
};

const refused = (refusal: string) => (error: unknown) =>
  error instanceof ScheduleRefusedError && error.refusal === refusal;

test('schedules of a folder are there once a worker has started, and fire', () =>
  withSchedules(async (schedules) => {
    const { pool, at, pass, said } = schedules;
    const folder = folderWith({
      name: 'hourly',
      cron: '0 * * * *',
      timezone: 'Asia/Tokyo',
      input: {},
      labels: { a: 'b' },
    });
    await Promise.all([startWorker(schedules, folder), startWorker(schedules, folder)]);
    const before = await findSchedule(pool, 'hourly');
    assert.equal(before?.origin, 'task');
    assert.equal(before.overlap, 'skip');
    assert.equal(before.nextAt, '2026-11-20T01:00:00.000Z');
    at('2026-11-20T01:00:00');
    await pass();
    await startWorker(schedules, folder);
    assert.equal(
      (await findSchedule(pool, 'hourly'))?.updatedAt,
      before.updatedAt,
      'nothing is written without a change',
    );
    assert.deepEqual(await said('hourly'), ['01:00 fired']);
  }));

test('a change in a folder holds from the next start of a worker; what is taken out is off and keeps its history', () =>
  withSchedules(async (schedules) => {
    const { pool, at, pass, said } = schedules;
    const hourly = { name: 'hourly', cron: '0 * * * *', input: {} };
    await startWorker(schedules, folderWith(hourly));
    at('2026-11-20T01:00:05');
    await startWorker(schedules, folderWith({ ...hourly, cron: '30 * * * *' }));
    assert.deepEqual(await said('hourly'), ['01:00 fired'], 'what was due by the former times is not lost');
    at('2026-11-20T01:30:00');
    await pass();
    await startWorker(schedules, folderWith());
    at('2026-11-20T03:30:00');
    await pass();
    assert.deepEqual(await said('hourly'), ['01:00 fired', '01:30 skipped']);
    const off = await findSchedule(pool, 'hourly');
    assert.ok(off?.offAt !== null && off?.nextAt === null);
    await assert.rejects(runSchedule(schedules.deps, 'hourly'), refused('off'));
    await startWorker(schedules, folderWith(hourly));
    assert.equal((await findSchedule(pool, 'hourly'))?.nextAt, '2026-11-20T04:00:00.000Z');
  }));

test('a worker leaves schedules of tasks alone that it does not know, and those that were made over the API', () =>
  withSchedules(async (schedules) => {
    const { pool, create } = schedules;
    await create('of-api', { cron: '15 * * * *' });
    await startWorker(schedules, folderWith({ name: 'hourly', cron: '0 * * * *', input: {} }));
    await startWorker(schedules, new Map());
    assert.equal((await findSchedule(pool, 'hourly'))?.offAt, null);
    await startWorker(schedules, folderWith({ name: 'of-api', cron: '0 * * * *', input: {} }));
    const kept = await findSchedule(pool, 'of-api');
    assert.equal(kept?.cron, '15 * * * *');
    assert.equal(kept.origin, 'api');
  }));

test('over the API a schedule of a folder is paused and run, and not changed or taken away before it is off', () =>
  withSchedules(async (schedules) => {
    const { pool, deps } = schedules;
    await startWorker(schedules, folderWith({ name: 'hourly', cron: '0 * * * *', input: {} }));
    await assert.rejects(
      changeSchedule(deps, 'hourly', (each) => each),
      refused('of-task'),
    );
    await assert.rejects(removeSchedule(deps, 'hourly'), refused('of-task'));
    assert.ok(await runSchedule(deps, 'hourly'));
    await pauseSchedule(deps, 'hourly');
    await startWorker(schedules, folderWith({ name: 'hourly', cron: '5 * * * *', input: {} }));
    assert.notEqual((await findSchedule(pool, 'hourly'))?.pausedAt, null, 'a change in the folder resumes nothing');
    await startWorker(schedules, folderWith());
    assert.ok(await removeSchedule(deps, 'hourly'));
  }));
