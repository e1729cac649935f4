import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import { readOrigin } from '#database/changes/origin.js';
import { parseSnapshot } from '#database/changes/snapshot.js';
import type { Pool } from '#database/pool.js';
import { Ids } from '../../apps/api/live/position.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { EventReader } from '../helpers/event-reader.js';
import { waitFor } from '../helpers/wait.js';
import { readProjectFile } from '../structure/project.js';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-the-event-tests';
const password = 'four words of mine';
const bearer = { authorization: `Bearer ${apiToken}` };

async function listening({ app }: Pick<TestApi, 'app'>): Promise<string> {
  return await app.listen({ host: '127.0.0.1', port: 0 });
}

const addFiles = (pool: Pool, count: number, prefix = 'f') =>
  pool.query(
    `INSERT INTO ops.file (path, size, mtime_ns, state) SELECT $1 || n, 1, 1, 'arriving' FROM generate_series(1, $2) n`,
    [prefix, count],
  );

test('a stream needs the token or a session, and ends when the session does', () =>
  withApi(
    async (api) => {
      const url = await listening(api);
      assert.equal((await api.ask('/api/events')).status, 401);
      const logIn = async (given: Record<string, string>): Promise<string> => {
        const log = await fetch(`${url}/login`, {
          method: 'POST',
          redirect: 'manual',
          body: new URLSearchParams(given),
        });
        return (log.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
      };
      const cookies = [await logIn({ token: apiToken }), await logIn({ user: 'ada', password })];
      const people = await Promise.all(
        cookies.map((cookie) => EventReader.open(`${url}/api/events`, { headers: { cookie } })),
      );
      const program = await EventReader.open(`${url}/api/events`, { headers: bearer });
      const { headers } = program.response;
      assert.equal(headers['content-type'], 'text/event-stream');
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-accel-buffering'], 'no');
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.equal(headers['content-encoding'], undefined);
      for (const person of people) await person.until('it has begun', ({ length }) => length === 1);
      for (const cookie of cookies) await fetch(`${url}/logout`, { method: 'POST', headers: { cookie } });
      await Promise.all(people.map((person) => person.ended));
      await addFiles(api.pool, 1);
      await program.until('others go on', () => program.of('file').length === 1);
      // The stop of the API ends what is open, at once and in good order.
      const closed = api.app.close();
      await Promise.all([program.ended, closed]);
      assert.equal(program.response.complete, true);
    },
    { apiToken, config: { adminUser: 'ada', adminPassword: password } },
  ));

test('an id that is none, or whose changes are not kept, gives the event reset, and the stream goes on', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const first = await EventReader.open(`${url}/api/events`);
    await first.until('it has begun', ({ length }) => length === 1);
    const id = String(first.events[0]?.id);
    const position = new Ids(await readOrigin(api.pool)).read(id);
    assert.ok(position);
    const { rows } = await api.pool.query<{ id: string }>(
      `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts)
       SELECT id, 'flow', 'light', 'queued', 'api', '{}', id, 1 FROM (SELECT gen_random_uuid() AS id) ids RETURNING id`,
    );
    const write = (origin: string, change: object) => new Ids(origin).write({ ...position, ...change });
    const origin = await readOrigin(api.pool);
    const bad = [
      ...['no id', 'AQ', `${id}.run`, `${id}.run.1`, 'x'.repeat(7_000), `${id}A`, '%00'],
      write('another server', {}),
      write(origin, { until: parseSnapshot('99999999:99999999:') }),
    ];
    const gone = write(origin, { seconds: 1_000_000_000, until: parseSnapshot('3:3:') });
    for (const [ids, reason] of [[bad, 'unreadable'] as const, [[gone], 'gone'] as const]) {
      await Promise.all(
        ids.map(async (each) => {
          const reader = await EventReader.open(`${url}/api/events?lastEventId=${encodeURIComponent(each)}`);
          await reader.until('it has begun', ({ length }) => length === 1);
          assert.equal(reader.events[0]?.event, 'reset', each.slice(0, 100));
          assert.equal(reader.events[0]?.data.reason, reason, each.slice(0, 100));
          assert.match(reader.events[0]?.data.detail, /read the lists again/);
          const run = await EventReader.open(
            `${url}/api/runs/${rows[0]?.id}/events?lastEventId=${encodeURIComponent(each)}`,
          );
          await run.until('it has begun', ({ length }) => length === 2);
          assert.deepEqual(
            run.events.map(({ event }) => event),
            ['reset', 'state'],
          );
          await addFiles(api.pool, 1, each.slice(0, 100));
          await reader.until('it goes on', () => reader.of('file').length > 0);
          reader.close();
          run.close();
        }),
      );
    }
    for (const query of ['kind=rows', 'state=odd', 'level=loud', 'rootId=1', 'since=1']) {
      assert.equal((await api.ask(`/api/events?${query}`)).status, 422, query);
    }
    first.close();
  }));

test('a client that does not read is ended and may go on where it was, and one too many is refused', () =>
  withApi(
    async (api) => {
      const url = await listening(api);
      const { port } = new URL(url);
      const socket = connect({ port: Number(port), host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.write('GET /api/events?kind=file HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
      await once(socket, 'data');
      socket.pause();
      const others = await EventReader.open(`${url}/api/events?kind=file`);
      await others.until('it has begun', ({ length }) => length === 1);
      const refused = await api.ask('/api/events');
      assert.equal(refused.body.code, 'listeners-busy');
      assert.equal(refused.headers['retry-after'], '10');
      const connections = () =>
        new Promise<number>((resolve) => api.app.server.getConnections((_error, count) => resolve(count)));
      let rows = 0;
      while ((await connections()) > 1) rows += (await addFiles(api.pool, 2_000, `${rows} `)).rowCount ?? 0;
      // It reads what the system had kept for it, and comes back for the rest.
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      socket.on('error', () => {}).resume();
      await once(socket, 'close');
      const count = text.split('event: file').length - 1;
      const whole = text.slice(0, text.lastIndexOf('\n\n'));
      const lastId = /^id: (.*)$/m.exec(whole.slice(whole.lastIndexOf('\nid: ') + 1))?.[1];
      assert.ok(count > 0 && count < rows);
      const again = await EventReader.open(`${url}/api/events?kind=file`, { lastId });
      const before = new Set([...text.matchAll(/"path":"(.*?)".*\n\n/g)].map(([, path]) => path));
      await again.until('the rest came', ({ length }) => length + before.size >= rows);
      const all = [...before, ...again.of('file').map(({ path }) => path)];
      assert.equal(new Set(all).size, rows);
      assert.equal(all.length, rows);
      again.close();
      others.close();
    },
    { limits: { maxListeners: 2 } },
  ));

test('while nobody listens nothing is read; who never sends anything is not slow; a session that breaks loses nothing', () =>
  withApi(
    async (api) => {
      const url = await listening(api);
      const reader = await EventReader.open(`${url}/api/events`);
      await reader.until('it has begun', ({ length }) => length === 1);
      assert.ok(api.pool.totalCount > api.pool.idleCount);
      // Several times as long as clients may be idle.
      await pause(600);
      await addFiles(api.pool, 1, 'first ');
      await reader.until('it still hears', () => reader.of('file').length === 1);
      const broken = await api.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%run_change%'`,
      );
      assert.equal(broken.rowCount, 1, 'one session reads');
      await addFiles(api.pool, 3, 'meanwhile ');
      await reader.until('it hears again', () => reader.of('file').length === 4);
      reader.close();
      await waitFor('the session is given back', async () =>
        api.pool.totalCount === api.pool.idleCount ? true : undefined,
      );
    },
    { limits: { clientIdleMs: 100 } },
  ));

/** What the page has for browsers, with everything that it uses there. */
const pageScript = /^```js\n([\s\S]*?)^```/m.exec(readProjectFile('docs/live.md'))?.[1] ?? '';

test('the page’s EventSource comes back by itself, and gets each event once', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const shown: string[] = [];
    let lists = 0;
    let opened = 0;
    class PageEventSource extends EventSource {
      constructor(path: string) {
        super(url + path);
        source = this;
        this.addEventListener('open', () => {
          opened += 1;
        });
      }
    }
    let source: EventSource | undefined;
    const readLists = () => {
      lists += 1;
    };
    new Function('EventSource', 'readLists', 'show', pageScript)(PageEventSource, readLists, (text: string) =>
      shown.push(text),
    );
    await waitFor('it is ready', async () => (lists === 1 ? true : undefined));
    await addFiles(api.pool, 3, 'before ');
    await waitFor('they came', async () => (shown.length === 3 ? true : undefined));
    api.app.server.closeAllConnections();
    await addFiles(api.pool, 3, 'meanwhile ');
    await waitFor('it came back', async () => (opened === 2 && shown.length === 6 ? true : undefined));
    const expected = ['before', 'meanwhile'].flatMap((when) => [1, 2, 3].map((n) => `${when} ${n}: arriving`));
    assert.deepEqual(shown, expected);
    assert.equal(lists, 1);
    source?.close();
  }));

test('the page’s commands open streams', () =>
  withApi(async (api) => {
    const url = await listening(api);
    const { rows } = await api.pool.query<{ id: string }>(
      `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts)
       SELECT id, 'flow', 'light', 'queued', 'api', '{}', id, 1 FROM (SELECT gen_random_uuid() AS id) ids RETURNING id`,
    );
    const examples = readCurlExamples('docs/live.md');
    assert.equal(examples.length, 7);
    await Promise.all(
      examples.map(async ({ path }) => {
        const reader = await EventReader.open(url + path.replaceAll('$id', rows[0]?.id ?? ''));
        await reader.until('it has begun', ({ length }) => length > 0);
        assert.equal(reader.events[0]?.event, path.startsWith('/api/runs') ? 'state' : 'ready', path);
        reader.close();
      }),
    );
  }));

test('rows of another server’s transactions, which a dump brought, are not taken for new ones', () =>
  withApi(async (api) => {
    const url = await listening(api);
    await addFiles(api.pool, 3);
    await api.pool.query('UPDATE ops.file_change SET xid = pg_current_xact_id()::text::bigint + 100000 + id');
    const reader = await EventReader.open(`${url}/api/events`);
    await reader.until('it has begun', ({ length }) => length === 1);
    const { rows } = await api.pool.query<{ xid: string }>('SELECT DISTINCT xid FROM ops.file_change');
    assert.deepEqual(rows, [{ xid: '0' }]);
    for (let n = 0; n < 20; n++) await addFiles(api.pool, 1, `new ${n} `);
    await reader.until('the new ones came', () => reader.of('file').length === 20);
    reader.close();
  }));
