import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };
const wantsPage = { accept: 'text/html,*/*;q=0.8' };

const withGuard = (work: (api: TestApi) => Promise<void>) => withApi(work, { apiToken });

const get = (api: TestApi, url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers });
const logIn = (api: TestApi, token: string, next = '/', headers: Record<string, string> = {}) =>
  api.app.inject({
    method: 'POST',
    url: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({ token, next }).toString(),
  });

test('with a token every address wants it, unknown ones and Bull Board included; only health is open', () =>
  withGuard(async (api) => {
    const guarded = [
      '/',
      '/api/tasks',
      '/api/runs',
      '/api/files',
      '/api/images',
      '/api/openapi.json',
      '/docs',
      '/docs/json',
      '/docs/static/index.html',
      '/queues',
      '/queues/',
      '/queues/api/queues',
      '/queues/static/favicon-32x32.png',
      '/no/such',
      '/../etc/passwd',
      '/healthz/x',
    ];
    for (const [number, url] of guarded.entries()) {
      const answer = await get(api, url);
      assert.equal(answer.statusCode, 401, url);
      assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
      assert.equal(answer.json().status, 401);
      for (const authorization of ['Bearer wrong', `Bearer ${apiToken}x`, `Basic ${apiToken}`, apiToken]) {
        // From another address for each, since wrong tokens of one are slowed down.
        const remoteAddress = `10.0.0.${number}`;
        const { statusCode } = await api.app.inject({ url, headers: { authorization }, remoteAddress });
        assert.equal(statusCode, 401, `${url} with ${authorization}`);
      }
      assert.notEqual((await get(api, url, bearer)).statusCode, 401, url);
    }
    for (const url of [
      '/api/files',
      '/api/tasks/detect-faces/runs',
      '/api/files/1/replay',
      '/queues/api/queues/loads/pause',
      '/logout/x',
    ]) {
      assert.equal((await api.ask(url, { method: 'POST' })).status, 401, url);
    }
    assert.equal((await get(api, '/healthz')).statusCode, 200);
    assert.equal((await get(api, '/readyz?exclude=watcher,workers,queues')).statusCode, 200);
    assert.equal((await get(api, '/login')).statusCode, 200);
  }));

test('a browser without a session is sent to the log-in page and, logged in, to where it wanted to go', () =>
  withGuard(async (api) => {
    const sent = await get(api, '/queues?x=1', wantsPage);
    assert.equal(sent.statusCode, 303);
    assert.equal(sent.headers.location, '/login?next=%2Fqueues%3Fx%3D1');
    const entered = await logIn(api, apiToken, '/queues?x=1');
    assert.equal(entered.statusCode, 303);
    assert.equal(entered.headers.location, '/queues?x=1');
    const [cookie] = entered.cookies;
    assert.ok(cookie);
    assert.equal(cookie.httpOnly, true);
    assert.equal(cookie.sameSite, 'Strict');
    assert.ok(!entered.headers['set-cookie']?.toString().includes(apiToken), 'the cookie holds the token');
    const session = { cookie: `${cookie.name}=${cookie.value}` };
    assert.equal((await get(api, '/queues', { ...wantsPage, ...session })).statusCode, 200);
    assert.equal((await get(api, '/api/runs', session)).statusCode, 200);
    const left = await api.app.inject({ method: 'POST', url: '/logout', headers: session });
    assert.equal(left.cookies[0]?.value, '');
  }));

test('a session that was changed or made up opens nothing', () =>
  withGuard(async (api) => {
    const [cookie] = (await logIn(api, apiToken)).cookies;
    const [random = '', signature = ''] = (cookie?.value ?? '').split('.');
    const values = [
      '',
      'x',
      '.',
      '..',
      random,
      `${random}.`,
      `${random}x.${signature}`,
      `${random}.${signature}x`,
      `${random}.${signature}.`,
      `.${random}.${signature}`,
      apiToken,
    ];
    for (const value of values) {
      assert.equal((await get(api, '/api/runs', { cookie: `millrace_session=${value}` })).statusCode, 401, value);
    }
  }));

test('the log-in page leads to no other site', () =>
  withGuard(async (api) => {
    for (const next of [
      '//evil.example',
      'https://evil.example/',
      '/\\evil.example',
      '/.//evil.example',
      'javascript:alert(1)',
      '',
    ]) {
      assert.equal((await logIn(api, apiToken, next)).headers.location, '/', next);
    }
    const page = await get(api, `/login?next=${encodeURIComponent('/"><script>alert(1)</script>')}`);
    assert.ok(!page.body.includes('<script>'), page.body);
  }));

test('log-ins with a wrong token are refused, and after ten of them even the right one has to wait', () =>
  withGuard(async (api) => {
    for (let n = 0; n < 10; n++) assert.equal((await logIn(api, 'wrong')).statusCode, 401);
    const waiting = await logIn(api, apiToken);
    assert.equal(waiting.statusCode, 429);
    assert.ok(Number(waiting.headers['retry-after']) > 0);
    assert.equal((await get(api, '/api/runs', bearer)).statusCode, 200);
  }));

test('a page of another site cannot use a session to change something, nor log anybody in', () =>
  withGuard(async (api) => {
    const [cookie] = (await logIn(api, apiToken)).cookies;
    const session = { cookie: `${cookie?.name}=${cookie?.value}`, host: 'mill.example' };
    const post = async (headers: Record<string, string>) =>
      (await api.ask('/api/files/1/discard', { method: 'POST', headers: { ...session, ...headers } })).status;
    assert.equal(await post({ origin: 'https://mill.example' }), 404);
    assert.equal(await post({ 'sec-fetch-site': 'same-origin' }), 404);
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'https://mill.example:444' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      assert.equal(await post(headers), 403, JSON.stringify(headers));
    }
    assert.equal((await logIn(api, apiToken, '/', { origin: 'https://evil.example' })).statusCode, 403);
    const program = await api.ask('/api/files/1/discard', {
      method: 'POST',
      headers: { ...bearer, origin: 'https://tool.example' },
    });
    assert.equal(program.status, 404);
  }));

test('without a token on loopback only loopback names are answered, and no other site may change something', () =>
  withApi(async (api) => {
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST']) {
      assert.equal((await get(api, '/api/runs', { host })).statusCode, 200, host);
    }
    for (const host of [
      'evil.example',
      'evil.example:3000',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
      '10.0.0.1',
      '@',
    ]) {
      assert.equal((await get(api, '/api/runs', { host })).statusCode, 421, host);
    }
    const post = (headers: Record<string, string>) => api.ask('/api/files/1/discard', { method: 'POST', headers });
    assert.equal((await post({ host: 'localhost', origin: 'http://localhost' })).status, 404);
    assert.equal((await post({ host: 'localhost', origin: 'http://evil.example' })).status, 403);
    assert.equal((await get(api, '/login')).statusCode, 404);
  }));

test('every answer forbids sniffing and framing; pages allow no inline script', () =>
  withApi(async (api) => {
    for (const url of ['/', '/docs/', '/queues', '/api/runs', '/healthz', '/nothing', '/api/runs?limit=x']) {
      const { headers } = await get(api, url);
      const policy = String(headers['content-security-policy']);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.match(policy, /frame-ancestors 'none'/, url);
      const script = /script-src ([^;]*)/.exec(policy)?.[1] ?? /default-src ([^;]*)/.exec(policy)?.[1] ?? '';
      assert.doesNotMatch(script, /unsafe-inline/, url);
    }
  }));
