import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { Compile } from 'typebox/compile';
import type { Pool } from '#database/pool.js';
import { EventReader } from '../helpers/event-reader.js';
import { inlined } from '../helpers/open-api.js';
import { waitFor } from '../helpers/wait.js';
import { readProjectFile } from '../structure/project.js';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-the-pulse-tests';

const listening = ({ app }: Pick<TestApi, 'app'>): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 });

const addFiles = (pool: Pool, count: number, prefix: string, source: string | null = null) =>
  pool.query(
    `INSERT INTO ops.file (path, size, mtime_ns, state, source)
     SELECT $1 || n, 1, 1, 'arriving', $3 FROM generate_series(1, $2) n`,
    [prefix, count, source],
  );

const addRuns = (pool: Pool, count: number, task = 'flow') =>
  pool.query(
    `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts)
     SELECT id, $2, 'light', 'queued', 'api', '{}', id, 1 FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1)) ids`,
    [count, task],
  );

/** Opens the stream of pulses and waits for its begin. */
async function openPulses(url: string, options: Parameters<typeof EventReader.open>[1] = {}): Promise<EventReader> {
  const reader = await EventReader.open(`${url}/api/events/pulse`, options);
  await reader.until('it has begun', ({ length }) => length > 0);
  assert.equal(reader.events[0]?.event, 'ready');
  return reader;
}

const sumOf = (reader: EventReader, kind: 'runs' | 'files'): number =>
  reader.of('pulse').reduce((sum: number, pulse) => sum + pulse[kind], 0);

test('the first change is announced at once, a storm once a second to all, and the counts add up to all changes', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const readers = [await openPulses(url), await openPulses(url)];
    const [first, second] = readers;
    assert.ok(first && second);
    const began = performance.now();
    await addRuns(api.pool, 1);
    for (const reader of readers) await reader.until('it is announced', () => reader.of('pulse').length === 1);
    const { at, ...pulse } = first.of('pulse')[0];
    assert.ok(Math.abs(Date.parse(at) - Date.now()) < 600_000);
    assert.deepEqual(pulse, {
      ...{ runs: 1, files: 0, tasks: ['flow'], sources: [], isMore: false },
      states: { runs: { queued: 1 }, files: {} },
    });
    for (let n = 0; n < 300; n++) {
      await addFiles(api.pool, 2, `${n} `, n % 2 === 0 ? 'images' : null);
      if (n % 3 === 0) await addRuns(api.pool, 1, 'detect-faces');
    }
    await api.pool.query(`UPDATE ops.run SET state = 'failed', error = '{"name":"Odd"}' WHERE task = 'detect-faces'`);
    for (const reader of readers) {
      await reader.until(
        'all changes are counted',
        () => sumOf(reader, 'runs') >= 201 && sumOf(reader, 'files') >= 600,
      );
    }
    const seconds = (performance.now() - began) / 1000;
    const pulses = first.of('pulse');
    assert.equal(sumOf(first, 'runs'), 201);
    assert.equal(sumOf(first, 'files'), 600);
    assert.ok(pulses.length <= seconds + 2, `${pulses.length} pulses in ${seconds} s`);
    assert.deepEqual(second.of('pulse'), pulses);
    assert.equal(
      pulses.reduce((sum, { states }) => sum + (states.runs.failed ?? 0), 0),
      100,
    );
    assert.deepEqual([...new Set(pulses.flatMap(({ tasks }) => tasks))].sort(), ['detect-faces', 'flow']);
    assert.deepEqual([...new Set(pulses.flatMap(({ sources }) => sources))], ['images']);
    for (const reader of readers) reader.close();
  }));

test('who is ready hears of every change that its lists do not have, wherever among the changes it came', () =>
  withApi(async (api) => {
    const url = await listening(api);
    let writing = true;
    const writer = (async () => {
      // Some are read in several parts.
      for (let n = 0; writing; n++) await addFiles(api.pool, n % 10 === 3 ? 6_000 : 5, `${n} `);
    })();
    const countFiles = async (): Promise<number> =>
      (await api.pool.query<{ count: number }>('SELECT count(*)::int FROM ops.file_change')).rows[0]?.count ?? 0;
    const listeners: { reader: EventReader; listed: number }[] = [];
    for (let n = 0; n < 25; n++) {
      const reader = await openPulses(url);
      listeners.push({ reader, listed: await countFiles() });
    }
    writing = false;
    await writer;
    const total = await countFiles();
    for (const { reader, listed } of listeners) {
      await reader.until(`the ${total - listed} others are announced`, () => sumOf(reader, 'files') >= total - listed);
      reader.close();
    }
  }));

test('who comes back begins anew; what nobody wanted to hear of, logs and progress are in no pulse', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const all = await EventReader.open(`${url}/api/events?kind=run,file,log,progress`);
    await all.until('it has begun', ({ length }) => length === 1);
    const before = await openPulses(url);
    before.close();
    await before.ended;
    await addRuns(api.pool, 1);
    await api.pool.query(`UPDATE ops.run SET state = 'running', progress_done = 1`);
    await all.until('it is running', () => all.of('run').length === 2 && all.of('progress').length === 1);
    const again = await openPulses(url, { lastId: String(all.events[0]?.id) });
    assert.deepEqual(
      again.events.map(({ event, id }) => ({ event, id })),
      [{ event: 'ready', id: undefined }],
    );
    await api.pool.query('UPDATE ops.run SET progress_done = 2');
    await api.pool.query(
      `INSERT INTO ops.log (run_id, attempt, at, level, message) SELECT id, 1, now(), 'info', 'said' FROM ops.run`,
    );
    await all.until('these came', () => all.of('log').length === 1 && all.of('progress').length === 2);
    await addFiles(api.pool, 1, 'new ');
    await again.until('a change is announced', () => again.of('pulse').length === 1);
    const [{ runs, files }] = again.of('pulse');
    assert.deepEqual([runs, files], [0, 1]);
    again.close();
    all.close();
  }));

test('a pulse has as many names as the document says, the first ones, and fits it', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const reader = await openPulses(url);
    const names = Array.from({ length: 60 }, (_, n) => `source-${n}`).sort();
    await api.pool.query(
      `INSERT INTO ops.file (path, size, mtime_ns, state, source) SELECT s, 1, 1, 'arriving', s FROM unnest($1::text[]) s`,
      [names.toReversed()],
    );
    await reader.until('it is announced', () => reader.of('pulse').length === 1);
    const [pulse] = reader.of('pulse');
    assert.deepEqual(pulse.sources, names.slice(0, 50));
    assert.equal(pulse.isMore, true);
    const { body: document } = await api.ask('/api/openapi.json');
    const schema = Compile(Object(inlined(document, document.components.schemas.PulseEvent)));
    for (const { event, data } of reader.events) {
      assert.ok(schema.Check({ event, data }), JSON.stringify([...schema.Errors({ event, data })]));
    }
    reader.close();
  }));

/** What the page has for browsers, about pulses. */
const pageScript = /^## Pulses\n[\s\S]*?^```js\n([\s\S]*?)^```/m.exec(readProjectFile('docs/live.md'))?.[1] ?? '';

test('the page’s script reads the lists at the beginning, when it comes back, and when there is something new in them', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const sources: EventSource[] = [];
    class PageEventSource extends EventSource {
      constructor(path: string) {
        super(url + path);
        sources.push(this);
      }
    }
    const done: string[] = [];
    const steps = ['readLists', 'readRuns', 'readFiles'];
    const reads = steps.map((name) => (tasks?: readonly string[]) => done.push(`${name} ${tasks ?? ''}`.trim()));
    new Function('EventSource', ...steps, pageScript)(PageEventSource, ...reads);
    const until = (expected: readonly string[]) =>
      waitFor(expected.join(', '), async () => (expected.join() === done.join() ? true : undefined), {
        show: async () => done.join(', '),
      });
    await until(['readLists']);
    await addRuns(api.pool, 2);
    await until(['readLists', 'readRuns flow']);
    api.app.server.closeAllConnections();
    await until(['readLists', 'readRuns flow', 'readLists']);
    await addFiles(api.pool, 1, 'new ');
    await until(['readLists', 'readRuns flow', 'readLists', 'readFiles']);
    for (const source of sources) source.close();
  }));

test('pulses count as streams, need a session, and end with it and with the API', () =>
  withApi(
    async (api) => {
      const url = await listening(api);
      assert.equal((await api.ask('/api/events/pulse')).status, 401);
      const headers = { authorization: `Bearer ${apiToken}` };
      const login = await fetch(`${url}/login`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams({ token: apiToken }),
      });
      const cookie = (login.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
      const person = await openPulses(url, { headers: { cookie } });
      const program = await openPulses(url, { headers });
      for (const path of ['/api/events', '/api/events/pulse']) {
        const refused = await api.ask(path, { headers });
        assert.equal(refused.status, 503, path);
        assert.equal(refused.body.code, 'listeners-busy', path);
      }
      await fetch(`${url}/logout`, { method: 'POST', headers: { cookie } });
      await person.ended;
      const next = await openPulses(url, { headers });
      await addFiles(api.pool, 1, 'new ');
      for (const reader of [program, next]) {
        await reader.until('others go on', () => sumOf(reader, 'files') === 1);
      }
      const closed = api.app.close();
      await Promise.all([program.ended, next.ended, closed]);
      assert.equal(program.response.complete, true);
    },
    { apiToken, limits: { maxListeners: 2 } },
  ));
