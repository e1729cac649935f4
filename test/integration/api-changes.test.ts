import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, readAll, seedFile, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };

test('what became of a run and of its file is listed with cause and who did it', () =>
  withApi(
    async (api) => {
      const { cookies } = await api.app.inject({
        method: 'POST',
        url: '/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `token=${apiToken}`,
      });
      const person = { cookie: `${cookies[0]?.name}=${cookies[0]?.value}` };
      const post = async (url: string, headers: Record<string, string>, body?: unknown): Promise<Answer['body']> => {
        const answer = await api.ask(url, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
        assert.ok(answer.status < 300, JSON.stringify(answer.body));
        return answer.body;
      };
      const file = await seedFile(api.pool, { path: 'a.json', state: 'settled' });
      const run = await post('/api/tasks/load-objects-detection/runs', bearer, { input: { files: [file] } });
      await post(`/api/runs/${run.id}/cancel`, person);
      await post(`/api/runs/retry`, bearer, { state: 'cancelled' });
      await post(`/api/runs/${run.id}/cancel`, bearer);
      await post(`/api/files/${file}/replay`, person);
      const [{ session }] = (await api.ask('/api/actions?action=cancel-run', { headers: bearer })).body.items.slice(-1);
      assert.match(session, /^[0-9a-f]{12}$/);

      const changes = (await api.ask(`/api/runs/${run.id}/changes`, { headers: bearer })).body;
      assert.equal(changes.nextCursor, null);
      assert.deepEqual(
        changes.items.map((each: Answer['body']) => [each.was, each.state, each.cause, each.actor].join(' ')),
        [
          ' queued recorded bearer',
          `queued cancelled CancelledError session:${session}`,
          'cancelled queued retried bearer',
          'queued cancelled CancelledError bearer',
        ],
      );
      assert.equal(changes.items[1].meaning, 'A person cancelled it, or a run above it.');
      assert.ok(changes.items.every(({ at }: { at: string }) => Math.abs(Date.parse(at) - Date.now()) < 3_600_000));

      const life = await api.ask(`/api/files/${file}/changes`, { headers: bearer });
      assert.deepEqual(
        life.body.items.map((each: Answer['body']) => [each.was, each.state, each.code, each.runId, each.actor]),
        [
          [null, 'settled', null, null, null],
          ['settled', 'loading', null, run.id, 'bearer'],
          ['loading', 'quarantined', 'cancelled', run.id, `session:${session}`],
          ['quarantined', 'loading', null, run.id, 'bearer'],
          ['loading', 'quarantined', 'cancelled', run.id, 'bearer'],
          ['quarantined', 'settled', null, run.id, `session:${session}`],
        ],
      );

      const paged = { ...api, ask: (url: string) => api.ask(url, { headers: bearer }) };
      assert.deepEqual(await readAll(paged, `/api/runs/${run.id}/changes`, 1), changes.items);
      assert.deepEqual(await readAll(paged, `/api/files/${file}/changes`, 4), life.body.items);
      for (const url of ['/api/runs/01a00000-0000-7000-8000-000000000000/changes', '/api/files/999/changes']) {
        assert.equal((await paged.ask(url)).status, 404);
      }
      assert.equal((await paged.ask(`/api/files/${file}/changes?cursor=x`)).status, 422);
    },
    { apiToken },
  ));
