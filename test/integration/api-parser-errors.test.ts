import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { type TestApi, withApi } from './api-fixture.js';

/** What the API answers to these bytes, until it closes the connection. */
async function answerTo(api: TestApi, bytes: string): Promise<string> {
  const { port } = new URL(api.app.listeningOrigin);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket
    .on('error', () => {})
    .on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

const host = 'Host: 127.0.0.1\r\n';
const chunked = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';
const runsPath = '/api/tasks/load-objects-detection/runs';

const malformed: [what: string, status: number, bytes: string][] = [
  ['an address that is no URL', 400, `GET /% HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
  ['a percent sign in a path parameter', 400, `GET /api/files/%zz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`],
  [
    'a path parameter that is too long',
    414,
    `GET /api/files/${'1'.repeat(800)} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
  ],
  ['no HTTP', 400, 'hello\r\n\r\n'],
  ['a bad header', 400, `GET / HTTP/1.1\r\n${host}bad header: x\r\n\r\n`],
  ['no Host', 400, 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['headers that are too large', 431, `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`],
  ['two lengths', 400, `POST / HTTP/1.1\r\n${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
  ['a bad chunk', 400, `POST ${runsPath} HTTP/1.1\r\n${host}${chunked}\r\nzz\r\n{}\r\n`],
];

for (const [what, status, bytes] of malformed) {
  test(`${what} is answered with a problem and the headers of every answer`, () =>
    withApi(async (api) => {
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      const text = await answerTo(api, bytes);
      assert.match(text, new RegExp(`^HTTP/1\\.1 ${status} `), text);
      for (const header of [
        /content-type: application\/problem\+json/i,
        /content-security-policy: default-src 'none'/i,
        /x-content-type-options: nosniff/i,
        /x-frame-options: DENY/i,
        /cache-control: no-store/i,
      ]) {
        assert.match(text, header, text);
      }
      const problem = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
      assert.equal(problem.status, status);
      assert.equal(typeof problem.detail, 'string');
    }));
}
