import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const proxy = '10.1.2.3';
const client = '198.51.100.7';

const behindProxy = (work: (api: TestApi) => Promise<void>) =>
  withApi(work, { apiToken, config: { trustProxy: '10.1.0.0/16, ::1' } });

/** What a proxy with TLS passes on. */
const forwarded = (address = client) => ({
  host: 'mill.example',
  'x-forwarded-for': address,
  'x-forwarded-proto': 'https',
});

const logIn = (api: TestApi, remoteAddress: string, headers: Record<string, string>, token = apiToken) =>
  api.app.inject({
    method: 'POST',
    url: '/login',
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams({ token }).toString(),
  });

test('behind a trusted proxy with TLS the cookie is Secure and bound to the host, and HSTS is set', () =>
  behindProxy(async (api) => {
    const entered = await logIn(api, proxy, forwarded());
    assert.equal(entered.statusCode, 303);
    const cookie = String(entered.headers['set-cookie']);
    assert.match(cookie, /^__Host-millrace_session=/);
    assert.match(cookie, /; Path=\/(;|$)/);
    assert.match(cookie, /; Secure(;|$)/);
    assert.doesNotMatch(cookie, /Domain=/i);
    assert.match(String(entered.headers['strict-transport-security']), /^max-age=\d{8,}$/);
    const value = entered.cookies[0]?.value ?? '';
    const ask = async (name: string, headers: Record<string, string> = forwarded()) =>
      (
        await api.app.inject({
          url: '/api/tasks',
          remoteAddress: proxy,
          headers: { ...headers, cookie: `${name}=${value}` },
        })
      ).statusCode;
    assert.equal(await ask('__Host-millrace_session'), 200);
    // Another host of the domain can set a cookie of this name, so it counts for nothing over TLS.
    assert.equal(await ask('millrace_session'), 401);
    for (const url of ['/', '/nothing', '/healthz', '/api/runs?limit=x']) {
      const { headers } = await api.app.inject({ url, remoteAddress: proxy, headers: forwarded() });
      assert.ok(headers['strict-transport-security'], url);
    }
  }));

test('forwarded headers of anybody else are ignored', async () => {
  const unsure = async (api: TestApi, remoteAddress: string) => {
    const entered = await logIn(api, remoteAddress, forwarded());
    assert.match(String(entered.headers['set-cookie']), /^millrace_session=/);
    assert.doesNotMatch(String(entered.headers['set-cookie']), /Secure/);
    assert.equal(entered.headers['strict-transport-security'], undefined);
    const foreign = await logIn(api, remoteAddress, {
      host: 'mill.example',
      'x-forwarded-host': 'evil.example',
      origin: 'https://evil.example',
    });
    assert.equal(foreign.statusCode, 403);
    for (let n = 0; n < 10; n++) await logIn(api, remoteAddress, forwarded(`203.0.113.${n}`), 'wrong');
    assert.equal((await logIn(api, remoteAddress, forwarded('203.0.113.99'))).statusCode, 429);
  };
  await withApi((api) => unsure(api, proxy), { apiToken });
  await behindProxy((api) => unsure(api, '10.2.0.1'));
});

test('limits and log lines are of the client that the trusted proxy names, not of what the client says', () =>
  behindProxy(async (api) => {
    // The client wrote the first address, the proxy added the second.
    for (let n = 0; n < 10; n++) await logIn(api, proxy, forwarded(`203.0.113.${n}, ${client}`), 'wrong');
    assert.equal((await logIn(api, proxy, forwarded(`203.0.113.77, ${client}`))).statusCode, 429);
    assert.equal((await logIn(api, proxy, forwarded('198.51.100.8'))).statusCode, 303);
    assert.deepEqual([...new Set(api.logged.map((line) => line['address']))], [client, '198.51.100.8']);
  }));

test('clients of one IPv6 network share a limit, and text that is no address does not reach limits or the log', () =>
  behindProxy(async (api) => {
    for (let n = 0; n < 10; n++) await logIn(api, proxy, forwarded(`2001:db8:0:1::${n}`), 'wrong');
    assert.equal((await logIn(api, proxy, forwarded('2001:db8::1:0:0:0:77'))).statusCode, 429);
    assert.equal((await logIn(api, proxy, forwarded('2001:db8:0:2::1'))).statusCode, 303);
    for (const text of ['\u001b[31mred', 'unknown', '_hidden']) await logIn(api, proxy, forwarded(text), 'wrong');
    assert.equal(api.logged.at(-1)?.['address'], proxy);
  }));

test('the origin of a page is compared with the address that the browser used', () =>
  behindProxy(async (api) => {
    const from = async (origin: string, headers: Record<string, string> = {}) =>
      (await logIn(api, proxy, { ...forwarded(), origin, ...headers })).statusCode;
    assert.equal(await from('https://mill.example'), 303);
    assert.equal(await from('https://mill.example', { host: 'mill.example:443' }), 303);
    assert.equal(await from('https://mill.example', { host: 'api:3000', 'x-forwarded-host': 'mill.example' }), 303);
    assert.equal(await from('https://evil.example'), 403);
    assert.equal(await from('https://mill.example:444'), 403);
    // A page that came in the clear may have been changed on its way.
    assert.equal(await from('http://mill.example'), 403);
  }));

test('wrong bearer tokens of one address are slowed down, and the right one always passes', () =>
  behindProxy(async (api) => {
    const ask = (token: string, address = client) =>
      api.app.inject({
        url: '/api/tasks',
        remoteAddress: proxy,
        headers: { ...forwarded(address), authorization: `Bearer ${token}` },
      });
    for (let n = 0; n < 10; n++) assert.equal((await ask(`wrong-${n}`)).statusCode, 401);
    const slowed = await ask('wrong-again');
    assert.equal(slowed.statusCode, 429);
    assert.ok(Number(slowed.headers['retry-after']) > 0);
    assert.equal((await ask(apiToken)).statusCode, 200);
    assert.equal((await ask('wrong-after-the-right-one')).statusCode, 429);
    assert.equal((await ask('wrong', '198.51.100.8')).statusCode, 401);
    const entered = await logIn(api, proxy, forwarded());
    assert.equal(entered.statusCode, 303, 'people behind the same address can log in');
    const refused = api.logged.filter((line) => line['address'] === client && line['level'] === 40);
    assert.equal(refused.length, 10, 'a flood of wrong tokens is no flood of lines');
  }));
