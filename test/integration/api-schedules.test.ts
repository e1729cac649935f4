import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseClock } from '#database/schedules/schedule-types.js';
import { countOpenJobs } from '#queue/jobs.js';
import { createSchedule } from '#schedules/change.js';
import { type Answer, readAll, type TestApi, withApi } from './api-fixture.js';
import { hourly } from './schedules-fixture.js';

const nightly = {
  name: 'nightly',
  task: 'refresh-star',
  input: { source: 'data-sample' },
  cron: '10 1 * * *',
  timezone: 'Asia/Shanghai',
};

const post = (api: TestApi, path: string, body?: unknown): Promise<Answer> =>
  api.ask(`/api/schedules${path}`, { method: 'POST', ...(body === undefined ? {} : { body }) });

/** The fields that an answer finds fault with. */
const faultsOf = ({ status, body }: Answer): string[] => {
  assert.equal(status, 422, JSON.stringify(body));
  return body.errors.map((each: { path: string }) => each.path);
};

test('a schedule is made, shown with its next times, changed and deleted', () =>
  withApi(async (api) => {
    const made = await post(api, '', nightly);
    assert.equal(made.status, 201);
    assert.equal(made.headers['location'], '/api/schedules/nightly');
    assert.equal(made.body.origin, 'api');
    assert.equal(made.body.overlap, 'skip');
    assert.equal(made.body.catchUp, 'none');
    assert.equal(made.body.next.length, 10);
    for (const next of made.body.next) assert.match(next, /T17:10:00\.000Z$/);
    assert.equal(made.body.nextAt, made.body.next[0]);
    assert.deepEqual((await api.ask('/api/schedules/nightly')).body, made.body);

    const changed = await api.ask('/api/schedules/nightly', {
      method: 'PATCH',
      body: { everyMs: 3_600_000, overlap: 'queue', labels: { team: 'fleet' }, priority: 3 },
    });
    assert.equal(changed.status, 200);
    assert.equal(changed.body.cron, null);
    assert.equal(changed.body.everyMs, 3_600_000);
    assert.deepEqual(changed.body.labels, { team: 'fleet' });
    assert.match(changed.body.nextAt, /:00:00\.000Z$/);
    assert.deepEqual(changed.body.input, nightly.input, 'what is not given stays');

    assert.equal((await api.ask('/api/schedules/nightly', { method: 'DELETE' })).status, 204);
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/slots'],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/run'],
    ] as const) {
      assert.equal((await api.ask(`/api/schedules/nightly${path}`, { method })).status, 404, `${method} ${path}`);
    }
    assert.equal((await post(api, '/nightly/backfill', { from: '2026-11-20', to: '2026-11-21' })).status, 404);
    assert.equal((await api.ask('/api/schedules/nightly', { method: 'PATCH', body: {} })).status, 404);
  }));

test('schedules are listed by name, page by page, and by task or whether they are paused', () =>
  withApi(async (api) => {
    for (const name of ['c', 'a', 'e', 'b', 'd']) await post(api, '', { ...nightly, name });
    await post(api, '', {
      ...nightly,
      name: 'z',
      task: 'reload-day',
      input: { source: 'data-sample', day: '2022-06-05' },
    });
    await post(api, '/c/pause');
    const namesOf = async (query: string) =>
      (await readAll(api, `/api/schedules${query}`, 2)).map((each: { name: string }) => each.name);
    assert.deepEqual(await namesOf(''), ['a', 'b', 'c', 'd', 'e', 'z']);
    assert.deepEqual(await namesOf('?task=reload-day'), ['z']);
    assert.deepEqual(await namesOf('?paused=true'), ['c']);
    assert.deepEqual(await namesOf('?paused=false'), ['a', 'b', 'd', 'e', 'z']);
  }));

test('what cannot be a schedule is a 422 that names the field', () =>
  withApi(async (api) => {
    for (const [change, path] of [
      [{ cron: '61 1 * * *' }, '/cron'],
      [{ cron: '0 0 31 2 *' }, '/cron'],
      [{ cron: undefined }, '/cron'],
      [{ timezone: 'Mars/Olympus' }, '/timezone'],
      [{ cron: undefined, everyMs: 10 }, '/everyMs'],
      [{ everyMs: 5_000 }, '/everyMs'],
      [{ task: 'no-such' }, '/task'],
      [{ input: { source: 7 } }, '/input/source'],
      [{ overlap: 'sometimes' }, '/overlap'],
      [{ catchUp: 'some' }, '/catchUp'],
      [{ labels: { a: 1 } }, '/labels/a'],
      [{ name: 'Nightly run' }, '/name'],
      [{ name: 'preview' }, '/name'],
    ] as const) {
      assert.deepEqual(faultsOf(await post(api, '', { ...nightly, ...change })), [path], JSON.stringify(change));
    }
    await post(api, '', nightly);
    const patch = (body: unknown) => api.ask('/api/schedules/nightly', { method: 'PATCH', body });
    assert.deepEqual(faultsOf(await patch({ cron: 'x' })), ['/cron']);
    assert.deepEqual(faultsOf(await patch({ cron: '* * * * *', everyMs: 5_000 })), ['/everyMs']);
    assert.deepEqual(faultsOf(await patch({ input: {} })), ['/input']);
    assert.deepEqual(faultsOf(await patch({ task: 'no-such' })), ['/task']);
    assert.deepEqual((await api.ask('/api/schedules/nightly')).body.cron, nightly.cron);
    const twice = await post(api, '', nightly);
    assert.equal(twice.status, 409);
    assert.equal(twice.body.code, 'schedule-exists');
  }));

test('a rule is tried without making a schedule', () =>
  withApi(async (api) => {
    const preview = (query: string) => api.ask(`/api/schedules/preview?${query}`);
    const night = await preview(
      `cron=${encodeURIComponent('30 2 * * *')}&timezone=Europe/Berlin&from=2026-03-28T12:00`,
    );
    assert.deepEqual(night.body.next.slice(0, 2), ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z']);
    assert.equal(night.body.next.length, 10);
    assert.equal((await preview('everyMs=60000&from=2026-11-20')).body.next[0], '2026-11-20T00:01:00.000Z');
    assert.deepEqual(faultsOf(await preview('cron=1%202')), ['cron']);
    assert.deepEqual(faultsOf(await preview('cron=@daily&timezone=Mars')), ['timezone']);
    assert.deepEqual(faultsOf(await preview('from=never&cron=@daily')), ['from']);
  }));

test('a schedule is run now: the run shows the schedule and no slot', () =>
  withApi(async (api) => {
    await post(api, '', { ...nightly, labels: { team: 'fleet' } });
    const { status, headers, body } = await post(api, '/nightly/run');
    assert.equal(status, 202);
    assert.equal(headers['location'], `/api/runs/${body.id}`);
    assert.equal(body.schedule, 'nightly');
    assert.equal(body.slotAt, null);
    assert.equal(body.labels.team, 'fleet');
    assert.deepEqual(body.input, nightly.input);
    assert.deepEqual(
      (await api.ask('/api/runs?schedule=nightly')).body.items.map((each: { id: string }) => each.id),
      [body.id],
    );
    assert.deepEqual((await api.ask('/api/runs?schedule=other')).body.items, []);
    assert.equal(await countOpenJobs(api.carrier, 'loads'), 1);
  }));

test('a backfill is counted first, then fired once; its slots are listed with their runs', () =>
  withApi(async (api) => {
    await post(api, '', nightly);
    const span = { from: '2026-10-01', to: '2026-10-31' };
    const dry = await post(api, '/nightly/backfill', { ...span, dryRun: true });
    assert.deepEqual(dry.body, { dryRun: true, slots: 31, settled: 0, fired: 31, failed: 0 });
    assert.deepEqual((await api.ask('/api/schedules/nightly/slots')).body.items, []);
    const real = await post(api, '/nightly/backfill', span);
    assert.deepEqual(real.body, { dryRun: false, slots: 31, settled: 0, fired: 31, failed: 0 });
    const again = await post(api, '/nightly/backfill', span);
    assert.deepEqual(again.body, { dryRun: false, slots: 31, settled: 31, fired: 0, failed: 0 });

    const slots = await readAll(api, '/api/schedules/nightly/slots', 7);
    assert.equal(slots.length, 31);
    assert.equal(slots[0].slotAt, '2026-10-31T17:10:00.000Z');
    assert.equal(slots[0].cause, 'backfill');
    assert.equal(slots[0].runState, 'queued');
    const run = (await api.ask(`/api/runs/${slots[0].runId}`)).body;
    assert.equal(run.slotAt, slots[0].slotAt);
    assert.equal(run.trigger, 'schedule');
    const days = await api.ask('/api/schedules/nightly/slots?state=fired,failed&from=2026-10-30&to=2026-10-30');
    assert.equal(days.body.items.length, 1);
    assert.deepEqual((await api.ask('/api/schedules/nightly/slots?state=skipped')).body.items, []);
    assert.equal((await api.ask('/api/schedules/nightly')).body.counts.backfilled, 31);

    const backfill = (body: unknown) => post(api, '/nightly/backfill', body);
    assert.deepEqual(faultsOf(await backfill({ from: 'x', to: '2026-10-31' })), ['/from']);
    assert.deepEqual(faultsOf(await backfill({ from: '2026-10-31', to: '2026-10-01' })), ['/from']);
    await api.ask('/api/schedules/nightly', { method: 'PATCH', body: { everyMs: 1_000 } });
    assert.deepEqual(faultsOf(await backfill({ from: '2026-10-01', to: '2026-10-02' })), ['/to']);
  }));

test('missed slots are listed as a span with their number', () =>
  withApi(async (api) => {
    await post(api, '', { ...nightly, cron: '* * * * * *' });
    await post(api, '/nightly/pause');
    const paused = (await api.ask('/api/schedules/nightly')).body;
    assert.equal(paused.nextAt, null);
    assert.equal(paused.next.length, 10);
    await api.pool.query(`UPDATE ops.schedule SET paused_at = paused_at - interval '1 hour'`);
    assert.equal((await post(api, '/nightly/resume')).body.pausedAt, null);
    const { items } = (await api.ask('/api/schedules/nightly/slots?state=missed')).body;
    assert.equal(items.length, 1);
    assert.ok(items[0].slots >= 3_600);
    assert.ok(items[0].slotAt < items[0].lastSlotAt);
    assert.match(items[0].reason, /paused/);
    assert.equal(items[0].runId, null);
  }));

test('what is done to schedules by hand is recorded with who and when', () =>
  withApi(
    async (api) => {
      const headers = { authorization: 'Bearer a-token-of-some-length' };
      const send = (method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) =>
        api.ask(`/api/schedules${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
      await send('POST', '', nightly);
      await send('PATCH', '/nightly', { timezone: 'Asia/Tokyo' });
      for (const path of ['/nightly/pause', '/nightly/resume', '/nightly/run']) await send('POST', path);
      await send('POST', '/nightly/backfill', { from: '2026-10-01', to: '2026-10-02' });
      await send('POST', '/other/pause');
      await send('DELETE', '/nightly');
      const { items } = (await api.ask('/api/actions', { headers })).body;
      assert.deepEqual(
        items.reverse().map((each: Answer['body']) => [each.action, each.subject, each.status]),
        [
          ['create-schedule', 'schedule:nightly', 201],
          ['change-schedule', 'schedule:nightly', 200],
          ['pause-schedule', 'schedule:nightly', 200],
          ['resume-schedule', 'schedule:nightly', 200],
          ['run-schedule', 'schedule:nightly', 202],
          ['backfill-schedule', 'schedule:nightly', 200],
          ['pause-schedule', 'schedule:other', 404],
          ['delete-schedule', 'schedule:nightly', 204],
        ],
      );
      assert.equal(items[1].caller, 'bearer');
      assert.deepEqual(items[1].detail, { timezone: 'Asia/Tokyo' });
      const found = await api.ask('/api/actions?subject=schedule:other', { headers });
      assert.equal(found.body.items.length, 1);
    },
    { apiToken: 'a-token-of-some-length' },
  ));

test('a schedule that a folder defines is a 409 to who changes or deletes it, and so is one that is off to who runs it', () =>
  withApi(async (api) => {
    const changeDeps = { ...api.deps, clock: databaseClock };
    const fields = { ...hourly, task: nightly.task, input: nightly.input };
    await createSchedule(changeDeps, 'of-folder', 'task', fields);
    const change = await api.ask('/api/schedules/of-folder', { method: 'PATCH', body: { cron: '@daily' } });
    assert.equal(change.status, 409);
    assert.equal(change.body.code, 'schedule-of-task');
    assert.match(change.body.detail, /folder of the task refresh-star/);
    assert.equal((await api.ask('/api/schedules/of-folder', { method: 'DELETE' })).status, 409);
    assert.equal((await post(api, '/of-folder/run')).status, 202);
    await api.pool.query('UPDATE ops.schedule SET off_at = now(), next_at = NULL');
    for (const path of ['run', 'pause', 'resume']) {
      const answer = await post(api, `/of-folder/${path}`);
      assert.equal(answer.status, 409);
      assert.equal(answer.body.code, 'schedule-off');
    }
    assert.equal((await api.ask('/api/schedules/of-folder', { method: 'DELETE' })).status, 204);
  }));
