import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir, stat } from 'node:fs/promises';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { proxyKinds, proxyMissing, siteName, startTlsProxy, type TlsProxy } from '../helpers/tls-proxy.js';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  /** The address of this machine from which the client connects: one of 127.0.0.0/8. */
  readonly from?: string;
}

/** A request to the proxy, whose body is up to the caller. */
const open = (proxy: TlsProxy, { method = 'GET', path, headers = {}, from = '127.0.0.2' }: Ask): ClientRequest =>
  request({
    host: '127.0.0.1',
    port: proxy.httpsPort,
    servername: siteName,
    ca: proxy.certificate,
    agent: false,
    localAddress: from,
    method,
    path,
    headers: { host: `${siteName}:${proxy.httpsPort}`, ...headers },
  });

async function answerOf(sent: ClientRequest): Promise<IncomingMessage> {
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (!response) throw new Error('no response');
  return response;
}

async function ask(proxy: TlsProxy, options: Ask, body = '') {
  const response = await answerOf(open(proxy, options).end(body));
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const logIn = (proxy: TlsProxy, token: string, from?: string, headers: Record<string, string> = {}) =>
  ask(
    proxy,
    {
      method: 'POST',
      path: '/login',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      ...(from === undefined ? {} : { from }),
    },
    new URLSearchParams({ token }).toString(),
  );

for (const kind of proxyKinds) {
  /** The API behind a real proxy; what the test adds to the API is there before it listens. */
  const behind = (
    name: string,
    work: (proxy: TlsProxy, api: TestApi) => Promise<void>,
    add: (api: TestApi) => void = () => {},
  ) =>
    test(`${name}, behind ${kind} as in deploy/`, async (t) => {
      await withApi(
        async (api) => {
          add(api);
          const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
          const proxy = await startTlsProxy(kind, Number(new URL(address).port));
          if (!proxy) return t.skip(proxyMissing(kind));
          try {
            await work(proxy, api);
          } finally {
            await proxy.stop();
          }
        },
        { apiToken, config: { trustProxy: '127.0.0.1' } },
      );
    });

  behind('a person logs in over TLS with a cookie that only TLS carries, and sees it ended', async (proxy) => {
    const origin = `https://${siteName}:${proxy.httpsPort}`;
    const entered = await logIn(proxy, apiToken, undefined, { origin });
    assert.equal(entered.status, 303);
    const [cookie = ''] = entered.headers['set-cookie'] ?? [];
    assert.match(cookie, /^__Host-millrace_session=.*; Secure/);
    assert.match(entered.headers['strict-transport-security'] ?? '', /^max-age=\d{8}$/);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    assert.equal((await ask(proxy, { path: '/api/tasks', headers: session })).status, 200);
    assert.equal((await logIn(proxy, apiToken, undefined, { origin: 'https://evil.example' })).status, 403);
    assert.equal((await logIn(proxy, apiToken, undefined, { origin: origin.replace('https:', 'http:') })).status, 403);
    assert.equal((await ask(proxy, { method: 'POST', path: '/logout', headers: { ...session, origin } })).status, 303);
    assert.equal((await ask(proxy, { path: '/api/tasks', headers: session })).status, 401);

    const plain = plainRequest({ port: proxy.httpPort, host: '127.0.0.1', path: '/x', headers: { host: siteName } });
    const moved = await answerOf(plain.end());
    assert.equal(moved.statusCode, 308);
    assert.ok(moved.headers.location?.startsWith(`https://${siteName}`), moved.headers.location);
    moved.resume();
  });

  behind('limits and lines are of the client, whatever it says about itself', async (proxy, api) => {
    const lies = { 'x-forwarded-for': '203.0.113.1', forwarded: 'for=203.0.113.1', 'x-forwarded-proto': 'http' };
    for (let n = 0; n < 10; n++) {
      const wrong = await logIn(proxy, 'wrong', '127.0.0.2', { ...lies, 'x-forwarded-for': `203.0.113.${n}` });
      assert.equal(wrong.status, 401);
    }
    assert.equal((await logIn(proxy, apiToken, '127.0.0.2', lies)).status, 429);
    const other = await logIn(proxy, apiToken, '127.0.0.3', { ...lies, 'x-forwarded-host': 'evil.example' });
    assert.equal(other.status, 303);
    assert.match(String(other.headers['set-cookie']), /^__Host-/);
    assert.deepEqual(
      [...new Set(api.logged.map((line) => line['address']).filter(Boolean))],
      ['127.0.0.2', '127.0.0.3'],
    );
  });

  behind('an upload reaches the disk of the API while it is still being sent', async (proxy, api) => {
    const half = Buffer.alloc(800_000, 'x');
    const sent = open(proxy, {
      method: 'POST',
      path: '/api/files',
      headers: { ...bearer, 'content-type': 'multipart/form-data; boundary=edge' },
    });
    sent.write('--edge\r\nContent-Disposition: form-data; name="file"; filename="long.json"\r\n\r\n');
    sent.write(half);
    await waitFor('the first half is there', async () => ((await stagedBytes(api)) > 0 ? true : undefined));
    sent.write(half);
    const response = await answerOf(sent.end('\r\n--edge--\r\n'));
    assert.equal(response.statusCode, 201, await text(response));
    assert.equal((await stat(join(api.inbox, 'long.json'))).size, 2 * half.length);
  });

  behind(
    'an event of a stream is there before the stream ends, and connections can be upgraded',
    async (proxy, api) => {
      const sent = open(proxy, { path: '/test/events' }).end();
      const response = await answerOf(sent);
      const [first]: unknown[] = await once(response, 'data');
      assert.equal(String(first), 'data: 1\n\n');
      api.app.server.emit('test event');
      assert.equal(await text(response), 'data: 2\n\n');

      const upgrading = open(proxy, { path: '/', headers: { connection: 'Upgrade', upgrade: 'websocket' } }).end();
      const [, socket] = await once(upgrading, 'upgrade');
      socket.write('echo');
      const [echoed]: unknown[] = await once(socket, 'data');
      assert.equal(String(echoed), 'echo');
      socket.destroy();
    },
    ({ app }) => {
      app.get('/test/events', { config: { public: true } }, (_request, reply) => {
        reply.hijack();
        reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
        reply.raw.write('data: 1\n\n');
        app.server.once('test event', () => reply.raw.end('data: 2\n\n'));
      });
      app.server.on('upgrade', (_request, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n');
        socket.pipe(socket);
      });
    },
  );
}

/** Bytes that uploads under way have on the disk. */
async function stagedBytes({ inbox }: TestApi): Promise<number> {
  const staging = join(inbox, '.uploads');
  const entries = await readdir(staging, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
