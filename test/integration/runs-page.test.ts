import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCurlExamples } from '../helpers/curl-examples.js';
import { withApi } from './api-fixture.js';

test('the examples of docs/runs.md are answered as the page says', () =>
  withApi(async (api) => {
    let id = '';
    for (const { method, path, body, command } of readCurlExamples('docs/runs.md')) {
      const url = `/api${path.replace('$id', id)}`;
      assert.ok(method === 'GET' || method === 'POST', command);
      const { status, body: answer } = await api.ask(url, { method, ...(body === undefined ? {} : { body }) });
      assert.ok(status === 200 || status === 202, `${command} is answered with ${status}: ${JSON.stringify(answer)}`);
      if (path === '/tasks/reload-day/runs') id = answer.id;
      if (path === '/runs/counts?by=label:team') assert.deepEqual(answer.groups, [{ value: 'fleet', count: 1 }]);
    }
    const runs = (await api.ask('/api/runs?sort=createdAt')).body.items;
    assert.deepEqual(
      runs.map((run: { state: string; retryOf: string | null }) => [run.state, run.retryOf]),
      [
        ['queued', null],
        ['queued', id],
      ],
      'the run was cancelled and retried, and repeated with another input',
    );
  }));
