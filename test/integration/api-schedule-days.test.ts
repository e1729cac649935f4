import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, type TestApi, withApi } from './api-fixture.js';

const post = (api: TestApi, path: string, body?: unknown): Promise<Answer> =>
  api.ask(`/api/schedules${path}`, { method: 'POST', ...(body === undefined ? {} : { body }) });

const hourly = { name: 'hourly', task: 'refresh-star', input: { source: 'data-sample' }, cron: '0 * * * *' };

const idOf = "(SELECT id FROM ops.schedule WHERE name = 'hourly')";

/** Records what became of slots, and missed ones from one time to another. */
async function decide(api: TestApi, slots: readonly [at: string, state: string, cause?: string][]): Promise<void> {
  for (const [at, state, cause = 'time'] of slots) {
    await api.pool.query(
      `INSERT INTO ops.slot (schedule_id, slot_at, state, cause, reason, decided_at) VALUES (${idOf}, $1, $2, $3, 'a reason', now())`,
      [at, state, cause],
    );
  }
}

async function miss(api: TestApi, from: string, to: string, slots: number | null): Promise<void> {
  await api.pool.query(
    `INSERT INTO ops.missed_slots (schedule_id, first_at, last_at, slots, reason, decided_at) VALUES (${idOf}, $1, $2, $3, 'a reason', now())`,
    [from, to, slots],
  );
}

test('slots are counted by the days of a zone: what became of them, and how many are to come', () =>
  withApi(async (api) => {
    await post(api, '', hourly);
    await decide(api, [
      ['2026-03-28T22:00Z', 'fired'],
      ['2026-03-28T23:00Z', 'fired'],
      ['2026-03-29T00:00Z', 'fired', 'catch-up'],
      ['2026-03-29T01:00Z', 'skipped'],
      ['2026-03-29T02:00Z', 'failed'],
      ['2026-03-29T12:00Z', 'fired', 'backfill'],
    ]);
    await miss(api, '2026-03-29T03:00Z', '2026-03-29T05:00Z', 3);
    await miss(api, '2026-03-29T10:00Z', '2026-03-31T01:00Z', null);
    const days = async (query: string) => (await api.ask(`/api/schedules/hourly/days?${query}`)).body;
    const { timezone, days: berlin } = await days('from=2026-03-28&to=2026-03-31&timezone=Europe/Berlin');
    assert.equal(timezone, 'Europe/Berlin');
    const nothing = { toCome: 0, pending: 0, fired: 0, caughtUp: 0, backfilled: 0, skipped: 0, failed: 0, missed: 0 };
    assert.deepEqual(berlin, [
      { ...nothing, day: '2026-03-28', from: '2026-03-27T23:00:00.000Z', to: '2026-03-28T22:59:59.999Z', fired: 1 },
      {
        ...{ ...nothing, day: '2026-03-29', from: '2026-03-28T23:00:00.000Z', to: '2026-03-29T21:59:59.999Z' },
        ...{ fired: 3, caughtUp: 1, backfilled: 1, skipped: 1, failed: 1 },
        // Three, and those from 10:00 until 21:00 but the one that was backfilled.
        missed: 3 + 12 - 1,
      },
      { ...nothing, day: '2026-03-30', from: '2026-03-29T22:00:00.000Z', to: '2026-03-30T21:59:59.999Z', missed: 24 },
      { ...nothing, day: '2026-03-31', from: '2026-03-30T22:00:00.000Z', to: '2026-03-31T21:59:59.999Z', missed: 4 },
    ]);
    assert.equal(
      (await days('from=2026-03-28&to=2026-03-28')).days[0].fired,
      2,
      'in the zone of the schedule, which is UTC',
    );

    const toCome = (await days('from=2126-03-31&to=2126-04-01')).days.map((each: { toCome: number }) => each.toCome);
    assert.deepEqual(toCome, [24, 24]);
    await api.pool.query('UPDATE ops.schedule SET off_at = now(), next_at = NULL');
    assert.equal((await days('from=2126-03-31&to=2126-03-31')).days[0].toCome, 0);

    for (const [query, path] of [
      ['from=2026-03-31&to=2026-03-30', 'to'],
      ['from=2026-01-01&to=2026-03-30', 'to'],
      ['from=2026-02-30&to=2026-03-01', 'from'],
      ['from=2026-03-01&to=x', 'to'],
      ['from=2026-03-01&to=2026-03-02&timezone=Mars', 'timezone'],
    ] as const) {
      const refused = await days(query);
      assert.equal(refused.status, 422, query);
      assert.deepEqual(
        refused.errors.map((each: { path: string }) => each.path),
        [path],
      );
    }
    assert.equal((await api.ask('/api/schedules/other/days?from=2026-03-01&to=2026-03-02')).status, 404);
  }));

test('a schedule of a list has its last slot with the state of its run, and the slots of a day that became no run', () =>
  withApi(async (api) => {
    const listed = async () => (await api.ask('/api/schedules')).body.items[0];
    await post(api, '', { ...hourly, cron: '0 0 1 1 *' });
    const none = { missed: 0, skipped: 0, failed: 0 };
    assert.deepEqual([(await listed()).lastSlot, (await listed()).unfired], [null, none]);

    const to = new Date().toISOString().slice(0, 10);
    await api.pool.query(`UPDATE ops.schedule SET cron = '0 0 * * *'`);
    await post(api, '/hourly/backfill', { from: to, to });
    const { lastSlot } = await listed();
    assert.deepEqual([lastSlot.slotAt, lastSlot.state, lastSlot.runState], [`${to}T00:00:00.000Z`, 'fired', 'queued']);
    assert.equal((await api.ask(`/api/runs/${lastSlot.runId}`)).body.schedule, 'hourly');

    const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
    await api.pool.query('DELETE FROM ops.slot');
    await decide(api, [
      [ago(2_000), 'failed'],
      [ago(30), 'failed'],
      [ago(20), 'skipped'],
      [ago(10), 'skipped'],
    ]);
    assert.equal((await listed()).lastSlot.state, 'skipped');
    await miss(api, ago(9), ago(5), 4);
    const { lastSlot: last, unfired } = await listed();
    assert.deepEqual([last.state, last.runId, last.runState], ['missed', null, null]);
    assert.deepEqual(unfired, { missed: 4, skipped: 2, failed: 1 });
    await miss(api, ago(4), ago(3), null);
    const shown = (await api.ask('/api/schedules/hourly')).body;
    assert.deepEqual(shown.unfired, { missed: null, skipped: 2, failed: 1 });
  }));

test('a rule is tried for as many times as one wants, until a time', () =>
  withApi(async (api) => {
    const preview = async (query: string) => (await api.ask(`/api/schedules/preview?${query}`)).body;
    const day = await preview('everyMs=3600000&from=2026-03-28T00:00&to=2026-03-28T23:00&limit=500');
    assert.equal(day.next.length, 23);
    assert.equal(day.next.at(-1), '2026-03-28T23:00:00.000Z');
    assert.equal((await preview('everyMs=60000&limit=300')).next.length, 300);
    assert.equal((await preview('everyMs=60000&from=2026-03-28&to=2026-03-27&limit=300')).next.length, 0);
    const rare = encodeURIComponent('0 0 29 2 *');
    assert.equal((await preview(`cron=${rare}&from=2026-01-01`)).next.length, 10);
    assert.deepEqual((await preview(`cron=${rare}&from=2026-01-01&limit=500`)).next, [
      '2028-02-29T00:00:00.000Z',
      '2032-02-29T00:00:00.000Z',
    ]);
    assert.equal((await preview('cron=@daily&limit=501')).status, 422);
    assert.deepEqual((await preview('cron=@daily&to=never')).errors[0].path, 'to');
  }));
