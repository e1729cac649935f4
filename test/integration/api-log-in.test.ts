import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildApp } from '../../apps/api/app.js';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { readProjectFile } from '../structure/project.js';
import { type Answer, seedFile, type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };
const config = { adminUser: 'ada', adminPassword: 'four words of mine' };
const right = { user: 'ada', password: 'four words of mine' };

const logIn = (api: TestApi, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  api.ask('/api/session', { method: 'POST', body, headers });
const cookieOf = ({ headers }: Answer): { cookie: string } => ({
  cookie: String(headers['set-cookie']).split(';', 1)[0] ?? '',
});

test('the examples of the page log in by name, say who that is, and log out', () =>
  withApi(
    async (api) => {
      const page = 'docs/operations.md';
      const examples = readCurlExamples(page);
      const [shown] = /^\{"kind".*$/m.exec(readProjectFile(page)) ?? [];
      let cookie = {};
      const answers: Answer[] = [];
      for (const { method, path, body, headers, sendsCookies } of examples) {
        const answer = await api.ask(`/api${path}`, {
          method,
          ...(body === undefined ? {} : { body }),
          headers: { ...headers, ...(sendsCookies ? cookie : {}) },
        });
        if (answer.status === 201) cookie = cookieOf(answer);
        answers.push(answer);
      }
      assert.deepEqual(
        answers.map(({ status }) => status),
        [201, 200, 204],
      );
      const [began, asked] = answers.map(({ body }) => body);
      assert.deepEqual(asked, began);
      const { session, since, until, ...rest } = asked;
      assert.deepEqual({ ...JSON.parse(String(shown)), session, since, until }, asked, 'as the page shows it');
      assert.deepEqual(rest, { kind: 'session', user: 'ada', may: ['read', 'change'] });
      assert.equal(Date.parse(until) - Date.parse(since), 12 * 60 * 60 * 1000);
      const line = (msg: string) => api.logged.find((each) => each['msg'] === msg)?.['session'];
      assert.deepEqual([line('logged in'), line('logged out')], [session, session]);
      assert.equal((await api.ask('/api/session', { headers: cookie })).status, 401, 'the session has ended');
    },
    { apiToken, config },
  ));

test('with a token and a name one logs in with either, and only the session of the cookie ends', () =>
  withApi(
    async (api) => {
      const byName = cookieOf(await logIn(api, right));
      const byToken = cookieOf(await logIn(api, { token: apiToken }));
      const kinds = async (headers: Record<string, string>) => {
        const { status, body } = await api.ask('/api/session', { headers });
        return status === 200 ? [body.kind, body.user] : status;
      };
      assert.deepEqual(await kinds(byName), ['session', 'ada']);
      assert.deepEqual(await kinds(byToken), ['session', null]);
      assert.deepEqual(await kinds(bearer), ['bearer', null]);
      assert.equal(await kinds({}), 401);
      const evil = { origin: 'https://evil.example' };
      assert.equal((await logIn(api, right, evil)).status, 403);
      assert.equal((await api.ask('/api/session', { method: 'DELETE', headers: { ...byName, ...evil } })).status, 403);
      const out = await api.ask('/api/session', { method: 'DELETE', headers: byName });
      assert.equal(out.status, 204);
      assert.match(String(out.headers['set-cookie']), /^millrace_session=; Max-Age=0;/);
      assert.equal(await kinds(byName), 401);
      assert.deepEqual(await kinds(byToken), ['session', null]);
      for (const body of [{}, { user: 'ada' }, { ...right, token: apiToken }, { ...right, more: 1 }]) {
        assert.equal((await logIn(api, body)).status, 422, JSON.stringify(body));
      }
      const page = (await api.app.inject('/login')).body;
      for (const field of ['user', 'password', 'token']) assert.ok(page.includes(`name="${field}"`), field);

      const changed = await buildApp({
        ...api.deps,
        config: { ...api.deps.config, adminPassword: 'another password' },
      });
      assert.equal((await changed.inject({ url: '/api/session', headers: byToken })).statusCode, 401);
      await changed.close();
    },
    { apiToken, config },
  ));

test('a wrong name is answered as a wrong password is, ten wrong tries hold up the right one, and none is logged', () =>
  withApi(
    async (api) => {
      const tries = [
        { user: 'mallory', password: right.password },
        { user: 'ada', password: 'five words of mine' },
        { user: 'ada', password: '' },
        { user: 'ADA', password: right.password },
      ];
      const answers = await Promise.all(tries.map((body) => logIn(api, body)));
      for (const { status, body, headers } of answers) {
        assert.deepEqual({ ...body, requestId: '' }, { ...answers[0]?.body, requestId: '' });
        assert.deepEqual([status, body.code, headers['set-cookie']], [401, 'unauthorized', undefined]);
        assert.equal(headers['www-authenticate'], 'Cookie realm="millrace"');
      }
      // Logging in once takes the count back; then the page and the API count together.
      assert.equal((await logIn(api, { user: ' ada ', password: `${right.password} ` })).status, 201);
      const form = (fields: Record<string, string>) =>
        api.app.inject({
          method: 'POST',
          url: '/login',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: new URLSearchParams(fields).toString(),
        });
      for (let n = 0; n < 5; n++) {
        assert.equal((await logIn(api, { token: apiToken })).status, 401, 'there is no token');
        const wrong = await form({ user: 'ada', password: 'a wrong password' });
        assert.equal(wrong.statusCode, 401);
        assert.match(wrong.body, /role="alert">The name or the password is wrong\.</);
      }
      const waiting = await logIn(api, right);
      assert.deepEqual([waiting.status, waiting.body.code], [429, 'too-many-attempts']);
      assert.ok(Number(waiting.headers['retry-after']) > 0);
      assert.equal((await form(right)).statusCode, 429);
      const text = JSON.stringify(api.logged);
      for (const secret of ['words of mine', 'wrong password', 'mallory', apiToken])
        assert.ok(!text.includes(secret), secret);
      const page = (await api.app.inject('/login')).body;
      assert.ok(page.includes('name="password"') && !page.includes('name="token"'));
    },
    { config },
  ));

test('what a person does who logged in by name is recorded under that name', () =>
  withApi(
    async (api) => {
      const person = cookieOf(await logIn(api, right));
      const { session } = (await api.ask('/api/session', { headers: person })).body;
      const ask = async (url: string, options: Parameters<TestApi['ask']>[1] = {}): Promise<Answer['body']> => {
        const { status, body } = await api.ask(url, { ...options, headers: person });
        assert.ok(status < 300, JSON.stringify(body));
        return body;
      };
      const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
      const run = await ask('/api/tasks/load-objects-detection/runs', {
        method: 'POST',
        body: { input: { files: [file] } },
      });
      await ask(`/api/runs/${run.id}/cancel`, { method: 'POST' });
      await ask('/api/tasks/task1/settings', { method: 'PATCH', body: { paused: true } });

      const actors = async (url: string) => (await ask(url)).items.map(({ actor }: { actor: string }) => actor);
      assert.deepEqual(await actors(`/api/runs/${run.id}/changes`), ['user:ada', 'user:ada']);
      assert.deepEqual((await actors(`/api/files/${file}/changes`)).slice(1), ['user:ada', 'user:ada']);
      for (const url of ['/api/actions', '/api/tasks/task1/settings/versions']) {
        for (const { caller, session: of } of (await ask(url)).items)
          assert.deepEqual([caller, of], ['user:ada', session]);
      }
    },
    { config },
  ));

test('where nobody has to log in, everybody is local and nobody can log in', () =>
  withApi(async (api) => {
    const nobody = { user: null, session: null, since: null, until: null };
    const { status, body } = await api.ask('/api/session');
    assert.deepEqual([status, body], [200, { kind: 'local', ...nobody, may: ['read', 'change'] }]);
    assert.equal((await logIn(api, right)).body.code, 'no-log-in');
    assert.equal((await api.ask('/api/session', { method: 'DELETE' })).status, 204);
  }));
