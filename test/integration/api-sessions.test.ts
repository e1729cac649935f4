import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { buildApp } from '../../apps/api/app.js';
import type { App } from '../../apps/api/http/app-type.js';
import { findFreePort } from '../helpers/free-port.js';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };

const withGuard = (work: (api: TestApi) => Promise<void>) => withApi(work, { apiToken });

const logIn = async (app: App): Promise<{ cookie: string }> => {
  const { cookies, statusCode } = await app.inject({
    method: 'POST',
    url: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token: apiToken }).toString(),
  });
  assert.equal(statusCode, 303);
  return { cookie: `${cookies[0]?.name}=${cookies[0]?.value}` };
};

const logOut = async (app: App, headers: { cookie: string }): Promise<number> =>
  (await app.inject({ method: 'POST', url: '/logout', headers })).statusCode;

const statusOf = async (app: App, headers: Record<string, string>, url = '/api/tasks'): Promise<number> =>
  (await app.inject({ url, headers })).statusCode;

/** Another process of the same API. */
async function withAnother(api: TestApi, work: (app: App) => Promise<void>, deps: Partial<TestApi['deps']> = {}) {
  const app = await buildApp({ ...api.deps, ...deps });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

test('a session holds in every process of the API, and log-out ends it in all of them at once', () =>
  withGuard((api) =>
    withAnother(api, async (other) => {
      const copied = await logIn(api.app);
      const kept = await logIn(api.app);
      assert.equal(await statusOf(other, copied), 200);
      assert.equal(await logOut(api.app, copied), 303);
      assert.equal(await statusOf(api.app, copied), 401);
      assert.equal(await statusOf(other, copied), 401);
      assert.equal(await statusOf(other, kept), 200, 'another session goes on');
      await withAnother(api, async (restarted) => {
        assert.equal(await statusOf(restarted, copied), 401);
        assert.equal(await statusOf(restarted, kept), 200);
      });
    }),
  ));

test('a session ends by the clock of the database, and its row goes with the next log-in', () =>
  withGuard(async (api) => {
    const session = await logIn(api.app);
    await api.pool.query(`UPDATE ops.session SET expires_at = now() - interval '1 second'`);
    assert.equal(await statusOf(api.app, session), 401);
    const next = await logIn(api.app);
    assert.equal((await api.pool.query('SELECT FROM ops.session')).rowCount, 1);
    assert.equal(await statusOf(api.app, next), 200);
  }));

test('what the database keeps of a session is of no use to a reader, and another token ends all sessions', () =>
  withGuard(async (api) => {
    const session = await logIn(api.app);
    const value = session.cookie.split('=')[1] ?? '';
    const { rows } = await api.pool.query('SELECT row_to_json(s)::text AS text FROM ops.session s');
    for (const part of value.split('.')) assert.ok(!rows[0].text.includes(part));
    const config = { ...api.deps.config, apiToken: 'another-token-of-some-length' };
    await withAnother(api, async (other) => assert.equal(await statusOf(other, session), 401), { config });
  }));

test('while the database is away no session holds, nobody logs in or out, and the bearer token still works', () =>
  withGuard(async (api) => {
    const session = await logIn(api.app);
    const away = new pg.Pool({ connectionString: `postgresql://nobody@127.0.0.1:${await findFreePort()}/none` });
    await withAnother(
      api,
      async (cut) => {
        for (const url of ['/api/tasks', '/docs/', '/queues', '/'])
          assert.equal(await statusOf(cut, session, url), 503);
        assert.equal(await statusOf(cut, bearer), 200);
        assert.equal(await logOut(cut, session), 503);
        const refused = await cut.inject({
          method: 'POST',
          url: '/login',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams({ token: apiToken }).toString(),
        });
        assert.equal(refused.statusCode, 503);
        assert.deepEqual(refused.cookies, []);
        assert.equal(
          await statusOf(cut, { cookie: 'millrace_session=made.up' }),
          401,
          'needs no database to be refused',
        );
      },
      { pool: away },
    );
    await away.end();
    assert.equal(await statusOf(api.app, session), 200, 'the log-out that failed changed nothing');
  }));

test('log-ins and log-outs leave a line with the address, and no line holds the token or a cookie', () =>
  withGuard(async (api) => {
    const session = await logIn(api.app);
    await logOut(api.app, session);
    await statusOf(api.app, { authorization: 'Bearer a-wrong-token' });
    const lines = api.logged.map(({ msg, address, session }) => ({ msg, address, session }));
    const label = lines[0]?.session;
    assert.match(String(label), /^[0-9a-f]{12}$/);
    assert.deepEqual(lines, [
      { msg: 'logged in', address: '127.0.0.1', session: label },
      { msg: 'logged out', address: '127.0.0.1', session: label },
      { msg: 'a request was refused: wrong bearer token', address: '127.0.0.1', session: undefined },
    ]);
    const text = JSON.stringify(api.logged);
    for (const secret of [apiToken, 'a-wrong-token', session.cookie.split('=')[1] ?? ''])
      assert.ok(!text.includes(secret));
  }));
