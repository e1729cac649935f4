import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-the-slow-tests';
const bearer = `Authorization: Bearer ${apiToken}\r\n`;
/** Impatient, so that the test waits for little; each test is a matter of what happens, not of when. */
const limits = { clientIdleMs: 200, requestLimitMs: 60_000, uploadLimitMs: 60_000 };
const runsPath = '/api/tasks/load-objects-detection/runs';

/** A connection that keeps what came, and records when the API has closed it. */
async function open(api: TestApi): Promise<{ socket: Socket; text: () => string; closed: Promise<unknown> }> {
  if (!api.app.server.listening) await api.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = new URL(api.app.listeningOrigin);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
  const closed = new Promise((resolve) => socket.once('end', resolve).once('close', resolve));
  await once(socket, 'connect');
  return { socket, text: () => text, closed };
}

const head = (method: string, path: string, ...headers: string[]): string =>
  `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers.join('')}\r\n`;
const json = (length: number): string => `Content-Type: application/json\r\nContent-Length: ${length}\r\n`;
const form = 'Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n';
const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const partHead = '--b\r\ncontent-disposition: form-data; name="f"; filename="a.json"\r\n\r\n';

/** Sends the piece again and again until the connection is closed. */
async function keepSending(socket: Socket, piece: string, everyMs: number): Promise<void> {
  while (socket.writable && !socket.destroyed && !socket.readableEnded) {
    socket.write(piece);
    await pause(everyMs);
  }
}

test('after a 401 the rest of a body is not read for ever: the connection is closed', () =>
  withApi(
    async (api) => {
      const { socket, text, closed } = await open(api);
      socket.write(head('POST', runsPath, json(900_000)));
      void keepSending(socket, 'x', 20);
      await closed;
      assert.match(text(), /^HTTP\/1\.1 401 /);
      assert.match(text(), /connection: close/i);
      socket.destroy();
    },
    { apiToken },
  ));

test('a body that stops coming is answered with 408 and the connection is closed', () =>
  withApi(
    async (api) => {
      const { socket, text, closed } = await open(api);
      socket.write(`${head('POST', runsPath, bearer, json(900_000))}{"input":`);
      await closed;
      assert.match(text(), /^HTTP\/1\.1 408 /);
      assert.match(text(), /content-type: application\/problem\+json\r\n/);
      assert.match(text(), /x-content-type-options: nosniff\r\n/);
      socket.destroy();
    },
    { apiToken, limits },
  ));

test('a body that trickles below the least pace is given up, also without a token', () =>
  withApi(
    async (api) => {
      for (const token of [bearer, '']) {
        const { socket, text, closed } = await open(api);
        socket.write(head('POST', runsPath, token, json(900_000)));
        void keepSending(socket, ' ', 10);
        await closed;
        assert.match(text(), /^HTTP\/1\.1 40[18] /);
        socket.destroy();
      }
    },
    { apiToken, limits: { ...limits, clientBytesPerSecond: 1_000_000 } },
  ));

test('a body that keeps its pace is given up at its total limit', () =>
  withApi(
    async (api) => {
      const { socket, text, closed } = await open(api);
      socket.write(head('POST', runsPath, bearer, json(900_000)));
      void keepSending(socket, ' ', 10);
      await closed;
      assert.match(text(), /^HTTP\/1\.1 408 .*took longer than 0\.3 seconds/s);
      socket.destroy();
    },
    { apiToken, limits: { clientIdleMs: 5_000, clientBytesPerSecond: 0, requestLimitMs: 300 } },
  ));

test('an upload may take longer than other requests', () =>
  withApi(
    async (api) => {
      const { socket, text } = await open(api);
      socket.write(`${head('POST', '/api/files', bearer, form)}${chunk(partHead)}`);
      // Many times the limit of other requests.
      for (let n = 0; n < 20; n++) {
        socket.write(chunk('x'));
        await pause(20);
      }
      socket.write(`${chunk('\r\n--b--\r\n')}0\r\n\r\n`);
      await waitFor('an answer has come', async () => (text() === '' ? undefined : true));
      assert.match(text(), /^HTTP\/1\.1 201 /);
      socket.destroy();
    },
    { apiToken, limits: { clientIdleMs: 400, clientBytesPerSecond: 0, requestLimitMs: 50 } },
  ));

test('an upload that is given up leaves nothing behind', () =>
  withApi(
    async (api) => {
      const { socket, text, closed } = await open(api);
      socket.write(`${head('POST', '/api/files', bearer, form)}${chunk(partHead)}`);
      void keepSending(socket, chunk('x'.repeat(1_000)), 10);
      await closed;
      assert.match(text(), /^HTTP\/1\.1 408 /);
      socket.destroy();
      await waitFor('nothing of it is left', async () =>
        (await readdir(join(api.inbox, '.uploads'))).length === 0 ? true : undefined,
      );
      assert.deepEqual(await readdir(api.inbox), ['.uploads']);
    },
    { apiToken, limits: { ...limits, uploadLimitMs: 400 } },
  ));

test('a client that does not read its answers is given up', () =>
  withApi(
    async (api) => {
      const { socket } = await open(api);
      socket.pause();
      // More than the buffers of the operating system hold.
      socket.write(head('GET', '/api/openapi.json', bearer).repeat(400));
      await waitFor('the API has closed all connections', async () => {
        const count = await new Promise<number>((resolve) => api.app.server.getConnections((_, n) => resolve(n)));
        return count === 0 ? true : undefined;
      });
      socket.destroy();
    },
    { apiToken, limits },
  ));

test('a connection on which nothing, or only half a head, comes is closed', () =>
  withApi(
    async (api) => {
      const silent = await open(api);
      await silent.closed;
      silent.socket.destroy();
      const half = await open(api);
      half.socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-');
      void keepSending(half.socket, 'a', 20);
      await half.closed;
      assert.match(half.text(), /^HTTP\/1\.1 408 .*application\/problem\+json/s);
      half.socket.destroy();
    },
    { apiToken, limits: { ...limits, requestLimitMs: 300 } },
  ));

test('connections beyond the limit are closed at once, and there is room again when others end', () =>
  withApi(
    async (api) => {
      const first = await open(api);
      const second = await open(api);
      const third = await open(api);
      await third.closed;
      assert.equal(third.text(), '');
      first.socket.destroy();
      await waitFor('a connection is served again', async () => {
        const next = await open(api);
        next.socket.write(head('GET', '/healthz', 'Connection: close\r\n'));
        await next.closed;
        next.socket.destroy();
        return next.text().startsWith('HTTP/1.1 200 ') ? true : undefined;
      });
      for (const each of [second, third]) each.socket.destroy();
    },
    { limits: { maxConnections: 2 } },
  ));

test('a short body is waited for before the answer, so that a refused client goes on with its connection', () =>
  withApi(
    async (api) => {
      const { socket, text } = await open(api);
      socket.write(head('POST', runsPath, json(3)));
      await pause(50);
      socket.write(`{ }${head('GET', '/healthz')}`);
      await waitFor('both are answered', async () => (text().includes('200 OK') ? true : undefined));
      assert.match(text(), /^HTTP\/1\.1 401 /);
      assert.doesNotMatch(text(), /connection: close/i);
      socket.destroy();
    },
    { apiToken },
  ));
