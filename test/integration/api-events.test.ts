import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { transaction } from '#database/pool.js';
import { buildApp } from '../../apps/api/app.js';
import { EventReader } from '../helpers/event-reader.js';
import { type TestApi, withApi } from './api-fixture.js';

/** Starts the API and gives its address. */
async function listening({ app }: Pick<TestApi, 'app'>): Promise<string> {
  return await app.listen({ host: '127.0.0.1', port: 0 });
}

const insertFile = (path: string, source = 'objects-detection'): string =>
  `INSERT INTO ops.file (path, size, mtime_ns, state, source) VALUES ('${path}', 1, 1, 'arriving', '${source}')`;

const pathsOf = (reader: EventReader): string[] => reader.of('file').map(({ path, state }) => `${path} ${state}`);

test('a change arrives once it is committed, in order, also while a long transaction is open, whose changes come when it ends', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const reader = await EventReader.open(`${url}/api/events`);
    await reader.until('it is ready', (events) => events.length === 1);
    assert.equal(reader.events[0]?.event, 'ready');
    await transaction(api.pool, async (long) => {
      await long.query(insertFile('long'));
      await api.pool.query(insertFile('short'));
      await api.pool.query(`UPDATE ops.file SET state = 'settled' WHERE path = 'short'`);
      await reader.until('both are here', () => pathsOf(reader).length === 2);
      await long.query(`UPDATE ops.file SET state = 'settled' WHERE path = 'long'`);
    });
    await reader.until('the long one is here', () => pathsOf(reader).length === 4);
    assert.deepEqual(pathsOf(reader), ['short arriving', 'short settled', 'long arriving', 'long settled']);
    const [first] = reader.of('file');
    assert.deepEqual(Object.keys(first), [
      ...['run', 'rootId', 'at', 'task', 'file', 'path', 'version', 'source', 'was', 'state', 'code', 'bytes', 'rows'],
      'actor',
    ]);
    reader.close();
  }));

test('whoever comes back gets each change exactly once, wherever it was cut off and whichever process it asks', () =>
  withApi(async (api) => {
    const other = await buildApp(api.deps);
    const urls = [await listening(api), await listening({ app: other })];
    const total = 1_200;
    const seen: { path: string; state: string }[] = [];
    let lastId: string | undefined;
    let writing = true;
    const reading = (async () => {
      let resets = 0;
      for (let n = 0; writing || seen.length < 2 * total; n++) {
        const reader = await EventReader.open(`${urls[n % 2]}/api/events?kind=file`, { lastId });
        const patience = Math.random() * 400;
        const began = performance.now();
        while (performance.now() - began < patience || (lastId === undefined && reader.lastId === undefined))
          await pause(5);
        reader.close();
        resets += reader.of('reset').length;
        seen.push(...reader.of('file').map(({ path, state }) => ({ path, state })));
        lastId = reader.lastId ?? lastId;
      }
      assert.equal(resets, 0);
    })();
    while (lastId === undefined) await pause(10);
    await Promise.all(
      [0, 1, 2, 3].map(async (writer) => {
        for (let n = 0; n < total / 4; n += 30) {
          await transaction(api.pool, async (tx) => {
            for (let i = n; i < n + 30; i++) await tx.query(insertFile(`${writer}-${i}`));
            await pause(Math.random() * 200);
          });
          await api.pool.query(`UPDATE ops.file SET state = 'settled' WHERE state = 'arriving' AND path LIKE $1`, [
            `${writer}-%`,
          ]);
        }
      }),
    );
    writing = false;
    await reading;
    const { rows } = await api.pool.query<{ path: string; state: string }>(
      'SELECT f.path, c.state FROM ops.file_change c JOIN ops.file f ON f.id = c.file_id ORDER BY f.path, c.id',
    );
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
    assert.deepEqual(seen.sort(byPath), rows.map(({ path, state }) => ({ path, state })).sort(byPath));
    await other.close();
  }));

test('a batch may be left after any of its events: from memory, from another process, and again in the middle of what it resumes', () =>
  withApi(async (api) => {
    const other = await buildApp(api.deps);
    const urls = [await listening(api), await listening({ app: other })];
    const stay = await EventReader.open(`${urls[0]}/api/events?kind=file`);
    await stay.until('it is ready', (events) => events.length === 1);
    await transaction(api.pool, async (tx) => {
      for (let n = 0; n < 12; n++) await tx.query(insertFile(`file ${n}`));
    });
    await stay.until('all came', () => pathsOf(stay).length === 12);
    await api.pool.query(insertFile('later'));
    await stay.until('the next batch came', () => pathsOf(stay).length === 13);
    const restOf = (id: string | undefined) =>
      stay.events.slice(stay.events.findIndex((event) => event.id === id) + 1).map(({ data }) => data.path);
    const resume = async (url: string, lastId: string | undefined) => {
      const reader = await EventReader.open(`${url}/api/events?kind=file&lastEventId=${lastId}`);
      const rest = restOf(lastId);
      await reader.until('the rest came', ({ length }) => length === rest.length);
      reader.close();
      return reader.events;
    };
    const ids = stay.events.map(({ id }) => id);
    await Promise.all(
      urls.flatMap((url) =>
        ids.map(async (id) => {
          const events = await resume(url, id);
          assert.deepEqual(
            events.map(({ data }) => data.path),
            restOf(id),
          );
          // Ids of events that were sent again are as good as the first ones, on the process that did not give them.
          const [next] = events;
          if (next === undefined) return;
          const rest = await EventReader.open(`${urls[0]}/api/events?kind=file`, { lastId: next.id });
          await rest.until('its rest came', ({ length }) => length === events.length - 1);
          assert.deepEqual(
            rest.events.map(({ data }) => data.path),
            restOf(id).slice(1),
          );
          rest.close();
        }),
      ),
    );
    stay.close();
    await other.close();
  }));

test('the stream of a run begins with its state, and may have all below it', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const { rows } = await api.pool.query<{ id: string }>(
      `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, parent_id, max_attempts, progress_done)
       SELECT id, 'flow', 'light', 'running', 'api', '{}', first_value(id) OVER w, lag(id) OVER w, 1, 7
       FROM (SELECT ('01900000-0000-7000-8000-00000000000' || n)::uuid AS id FROM generate_series(1, 3) n) ids
       WINDOW w AS (ORDER BY id) RETURNING id`,
    );
    const [root = '', middle = '', leaf = ''] = rows.map(({ id }) => id);
    const one = await EventReader.open(`${url}/api/runs/${middle}/events`);
    const below = await EventReader.open(`${url}/api/runs/${middle}/events?flow=true`);
    const all = await EventReader.open(`${url}/api/runs/${root.toUpperCase()}/events?flow=true&kind=run,log`);
    const byRoot = await EventReader.open(`${url}/api/events?rootId=${root}&state=failed,loaded`);
    const readers = [one, below, all, byRoot];
    for (const reader of readers) {
      await reader.until('it has begun', (events) =>
        events.some(({ event }) => event === 'state' || event === 'ready'),
      );
    }
    const { body } = await api.ask(`/api/runs/${middle}`);
    const [{ durationMs, ...state }] = one.of('state');
    assert.ok(durationMs >= 0 || durationMs === null);
    for (const [name, value] of Object.entries(state)) assert.deepEqual(value, body[name], name);
    await one.until('its progress is here', () => one.of('progress').length === 1);
    assert.deepEqual(one.of('progress'), [{ run: middle, task: 'flow', rootId: root, done: 7, total: null }]);
    for (const id of [root, middle, leaf]) {
      await api.pool.query(
        `INSERT INTO ops.log (run_id, attempt, at, level, message) VALUES ($1, 1, now(), 'info', 'said')`,
        [id],
      );
      await api.pool.query(`UPDATE ops.run SET state = 'failed', error = '{"name":"Odd"}' WHERE id = $1`, [id]);
    }
    await api.pool.query(
      `INSERT INTO ops.file (path, size, mtime_ns, state, run_id) VALUES ('x', 5, 1, 'loading', $1)`,
      [leaf],
    );
    await below.until('its leaf has a file', () => below.of('file').length === 1);
    await all.until('all is here', () => all.of('run', 'log').length === 6);
    await one.until('all is here', () => one.of('run', 'log').length === 2);
    await byRoot.until('all is here', () => byRoot.of('run').length === 3);
    const runsIn = (reader: EventReader, kind: string) => reader.of(kind).map(({ run }) => run);
    assert.deepEqual(runsIn(all, 'run'), [root, middle, leaf]);
    assert.deepEqual(runsIn(all, 'log'), [root, middle, leaf]);
    assert.deepEqual(runsIn(below, 'run'), [middle, leaf]);
    assert.deepEqual(runsIn(below, 'log'), [middle, leaf]);
    assert.deepEqual(runsIn(one, 'run'), [middle]);
    assert.deepEqual(runsIn(byRoot, 'run'), [root, middle, leaf]);
    assert.equal(below.of('progress').length, 2);
    const { at, waitedMs, ranMs, ...failed } = one.of('run')[0];
    assert.deepEqual(failed, {
      ...{ run: middle, rootId: root, task: 'flow', trigger: 'api', was: 'running', state: 'failed', attempt: 0 },
      ...{ cause: 'Odd', actor: null },
    });
    const logs = await api.ask(`/api/runs/${middle}/logs`);
    assert.deepEqual(one.of('log'), [{ ...logs.body.items[0], run: middle, rootId: root, task: 'flow', isCut: false }]);
    const again = await EventReader.open(`${url}/api/runs/${middle}/events?flow=true`, { lastId: below.events[0]?.id });
    await again.until('all comes again', () => again.of('run', 'log', 'file').length === 5);
    assert.deepEqual(again.of('state', 'reset'), [], 'whoever comes back has the state');
    for (const reader of [...readers, again]) reader.close();
    assert.equal((await api.ask('/api/runs/01900000-0000-7000-8000-000000000009/events')).status, 404);
  }));
