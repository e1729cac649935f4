import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { problemCodes, problemTypes } from '../../apps/api/http/problems/problem-types.js';
import { listProjectFiles, readProjectFile } from '../structure/project.js';
import { assertProblem, seedFile, type TestApi, withApi } from './api-fixture.js';

const token = 'a-token-for-tests-of-the-api-0123456789';
const runs = '/api/tasks/load-objects-detection/runs';

test('codes are in kebab-case, and each is used by the API', () => {
  const sources = listProjectFiles()
    .filter(
      (path) => path.startsWith('apps/api/') && path.endsWith('.ts') && !path.startsWith('apps/api/http/problems/'),
    )
    .map(readProjectFile)
    .join('\n');
  for (const code of problemCodes) {
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(sources.includes(`'${code}'`), `nothing answers ${code}`);
  }
});

test('the page to which the types lead explains every code, also to those without the token', () =>
  withApi(
    async (api) => {
      const refused = await api.ask('/api/files');
      assert.equal(refused.body.code, 'unauthorized');
      const page = await api.app.inject(refused.body.type);
      assert.equal(page.statusCode, 200);
      assert.match(String(page.headers['content-type']), /^text\/html/);
      const sections = [...page.body.matchAll(/<section [^>]*id="([^"]+)">([\s\S]*?)<\/section>/g)];
      assert.deepEqual(
        sections.map(([, id]) => id),
        problemCodes,
      );
      for (const code of problemCodes) {
        const words = sections.find(([, id]) => id === code)?.[2] ?? '';
        const plain = words
          .replace(/<[^>]+>/g, '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>');
        const { status, title, meaning, remedy } = problemTypes[code];
        for (const part of [code, String(status), title, meaning, remedy]) {
          assert.ok(plain.replaceAll('&quot;', '"').includes(part), `${code}: ${part}`);
        }
      }
    },
    { apiToken: token },
  ));

test('the OpenAPI document lists the codes of the catalogue', () =>
  withApi(async (api) => {
    const { body } = await api.ask('/api/openapi.json');
    assert.deepEqual(body.components.schemas.Problem.properties.code.enum, problemCodes);
  }));

test('each kind of refusal has its code', () =>
  withApi(async (api) => {
    const loaded = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
    const post = (body: unknown, headers = {}) => ({ method: 'POST', body, headers }) as const;
    for (const [code, url, options] of [
      ['not-found', '/api/files/999'],
      ['not-found', '/api/files/x'],
      ['not-found', '/api/runs/01900000-0000-7000-8000-000000000000'],
      ['unknown-task', '/api/tasks/no-such/runs', post({ input: {} })],
      ['unknown-address', '/api/nowhere'],
      ['unknown-address', '/api/files/1/replay'],
      ['malformed-request', '/%'],
      ['malformed-json', runs, post('{"input":')],
      ['malformed-json', runs, post('{"input":{"__proto__":{}}}')],
      ['content-too-large', runs, post({ input: 'x'.repeat(1_100_000) })],
      ['address-too-long', `/api/files/${'1'.repeat(800)}`],
      ['unsupported-media-type', runs, post('x', { 'content-type': 'text/plain' })],
      ['unsupported-media-type', '/api/files', post({})],
      ['malformed-form', '/api/files', post('x', { 'content-type': 'multipart/form-data' })],
      ['invalid-request', '/api/files?limit=0'],
      ['invalid-request', '/api/files?cursor=x'],
      ['wrong-state', `/api/files/${loaded}/discard`, { method: 'POST' }],
      ['wrong-host', '/api/files', { headers: { host: 'example.org' } }],
      ['foreign-origin', runs, post({}, { origin: 'http://example.org' })],
      ['queue-action-refused', '/queues/api/queues/loads/add', { method: 'POST' }],
    ] as const) {
      const { status, body } = await api.ask(url, options);
      assert.equal(body.code, code, `${url}: ${JSON.stringify(body)}`);
      assertProblem(body, status);
      assert.equal(body.instance, url.split('?')[0]);
    }
  }));

/** What the API answers to these bytes, until it closes the connection. */
async function rawAnswer(api: TestApi, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(api.app.listeningOrigin).port), '127.0.0.1');
  socket.write(bytes);
  return await text(socket);
}

test('answers on the bare connection have their codes, too', () =>
  withApi(
    async (api) => {
      await api.app.listen({ host: '127.0.0.1', port: 0 });
      const host = 'Host: 127.0.0.1\r\n';
      for (const [code, bytes] of [
        ['malformed-request', 'hello\r\n\r\n'],
        ['missing-host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
        ['headers-too-large', `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`],
        ['request-too-slow', `POST ${runs} HTTP/1.1\r\n${host}Content-Length: 9\r\n\r\n{`],
        ['request-too-slow', `GET / HTTP/1.1\r\n${host}`],
      ] as const) {
        const answer = await rawAnswer(api, bytes);
        const { status } = problemTypes[code];
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [A-Z]`), answer);
        const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4));
        assert.equal(problem.code, code);
        assertProblem(problem, status);
      }
    },
    { limits: { clientIdleMs: 2_000, requestLimitMs: 500 } },
  ));
