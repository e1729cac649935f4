import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { withoutSecrets } from '../../apps/api/http/access-log.js';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };

const withLog = (work: (api: TestApi) => Promise<void>): Promise<void> =>
  withApi(work, { apiToken, config: { accessLog: 'on' } });

/** The lines about requests that are over, with what does not change from run to run. */
const linesOf = (api: TestApi): unknown[][] =>
  api.logged
    .filter(({ route }) => route !== undefined)
    .map(({ level, reqId, method, route, url, status, caller }) => [level, reqId, method, route, url, status, caller]);

test('each request has a line in the log and an id, which its answer, its problem and its run name', () =>
  withLog(async (api) => {
    const ask = (url: string, id: string, headers: Record<string, string> = bearer) =>
      api.ask(url, { headers: { ...headers, 'x-request-id': id } });
    const found = await ask('/api/runs?limit=1', 'web-1.a:b/c+d=');
    assert.deepEqual([found.status, found.headers['x-request-id']], [200, 'web-1.a:b/c+d=']);
    const missing = await ask('/api/files/17?token=hunter2', 'q1');
    assert.deepEqual([missing.status, missing.body.requestId], [404, 'q1']);
    const refused = await ask('/api/nothing', 'q2', {});
    assert.deepEqual([refused.status, refused.body.requestId, refused.headers['x-request-id']], [401, 'q2', 'q2']);
    await ask('/healthz', 'q3', {});
    assert.deepEqual(linesOf(api), [
      [30, 'web-1.a:b/c+d=', 'GET', '/api/runs', '/api/runs?limit=1', 200, 'bearer'],
      [30, 'q1', 'GET', '/api/files/:id', '/api/files/17?token=…', 404, 'bearer'],
      [30, 'q2', 'GET', null, '/api/nothing', 401, null],
    ]);
    const [line] = api.logged.filter(({ route }) => route !== undefined);
    assert.ok(Number(line?.['ms']) >= 0 && Number(line?.['bytes']) > 10, JSON.stringify(line));
    assert.doesNotMatch(JSON.stringify(api.logged), new RegExp(`hunter2|${apiToken}`));

    // What is no id is not taken over: it would stand in logs and headers.
    for (const id of ['a b', 'x'.repeat(129), 'é', '{"a":1}', '', '"', 'a,b']) {
      const made = String((await ask('/api/tasks', id)).headers['x-request-id']);
      assert.match(made, /^[0-9a-f]{8}-[0-9a-f]{4}-7/, id);
    }
    // Also where no route is found, nor any hook runs.
    const malformed = await ask('/%ZZ', 'q4');
    assert.deepEqual(
      [malformed.status, malformed.body.requestId, malformed.headers['x-request-id']],
      [400, 'q4', 'q4'],
    );

    const started = await api.ask('/api/tasks/task1/runs', {
      method: 'POST',
      headers: { ...bearer, 'x-request-id': 'order-66' },
      body: { input: { numbers: [1] } },
    });
    assert.equal(started.body.requestId, 'order-66');
    assert.equal((await ask('/api/runs', 'q5')).body.items[0].requestId, 'order-66');
  }));

test('a request that its client broke off has its line, too', () =>
  withLog(async (api) => {
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = new URL(api.app.listeningOrigin);
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(
      `POST /api/tasks/task1/runs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${apiToken}\r\n` +
        'X-Request-Id: gone\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    socket.destroySoon();
    const line = await waitFor('the line is there', async () => api.logged.find(({ route }) => route !== undefined));
    assert.deepEqual([line['reqId'], line['brokenOff']], ['gone', true]);
  }));

test('the log can be switched off, and no query shows a secret in it', () =>
  withApi(async (api) => {
    const answer = await api.ask('/api/tasks', { headers: { 'x-request-id': 'a' } });
    assert.equal(answer.headers['x-request-id'], 'a');
    assert.equal(api.logged.filter(({ route }) => route !== undefined).length, 0);
    assert.equal(
      withoutSecrets('/a?b=1&API_TOKEN=x&c=2&my-password=y&sessionId=z&apikey='),
      '/a?b=1&API_TOKEN=…&c=2&my-password=…&sessionId=…&apikey=…',
    );
    assert.equal(withoutSecrets(`/${'x'.repeat(2_000)}`).length, 1_000);
  }));
