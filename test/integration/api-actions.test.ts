import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redisMissing, startRedis } from '../helpers/redis.js';
import { waitFor } from '../helpers/wait.js';
import { type Answer, type TestApi, withApi } from './api-fixture.js';

const apiToken = 'a-token-of-some-length';
const bearer = { authorization: `Bearer ${apiToken}` };
const queue = '/queues/api/queues/images';

/** Every change that Bull Board's API has, on a queue that exists. */
const changes: readonly [method: string, url: string, body?: unknown][] = [
  ['PUT', '/queues/api/queues/pause'],
  ['PUT', '/queues/api/queues/resume'],
  ['PUT', `${queue}/pause`],
  ['PUT', `${queue}/resume`],
  ['PUT', `${queue}/concurrency`, { concurrency: 1 }],
  ['PUT', `${queue}/rate-limit`, { max: 1, duration: 60_000 }],
  ['PUT', `${queue}/rate-limit/release`],
  ['POST', `${queue}/add`, { name: 'detect-faces', data: { runId: 'made-up' } }],
  ['PUT', `${queue}/retry/failed`],
  ['PUT', `${queue}/promote`],
  ['PUT', `${queue}/clean/failed`],
  ['PUT', `${queue}/empty`],
  ['PUT', `${queue}/obliterate`, { force: true }],
  ['PUT', `${queue}/job-schedulers/x/remove`],
  ['PATCH', `${queue}/job-schedulers/x`, { every: 1000 }],
  ['PUT', `${queue}/job-schedulers/x/run`],
  ['PUT', `${queue}/x/retry`],
  ['PUT', `${queue}/x/clean`],
  ['PUT', `${queue}/x/promote`],
  ['PATCH', `${queue}/x/update-data`, { jobData: { runId: 'made-up' } }],
  ['PATCH', `${queue}/x/delay`, { runAt: 0 }],
  ['PATCH', `${queue}/x/priority`, { priority: 1 }],
  ['PUT', `${queue}/x/remove-unprocessed-children`],
];
const allowed = 7;

const send = async (api: TestApi, [method, url, body]: (typeof changes)[number], headers = {}): Promise<number> => {
  const response = await api.app.inject({
    method: method === 'PUT' ? 'PUT' : method === 'PATCH' ? 'PATCH' : 'POST',
    url,
    headers: { ...bearer, ...headers },
    ...(body === undefined ? {} : { payload: Object(body) }),
  });
  return response.statusCode;
};

const actions = async (api: TestApi, query = ''): Promise<Answer['body'][]> => {
  const { status, body } = await api.ask(`/api/actions${query}`, { headers: bearer });
  assert.equal(status, 200, JSON.stringify(body));
  return body.items;
};

const jobsOf = async (api: TestApi): Promise<number> =>
  Object.values(await api.carrier.queue('images').getJobCounts()).reduce((sum, count) => sum + count, 0);

test('Bull Board changes nothing unless a setting says otherwise', () =>
  withApi(
    async (api) => {
      for (const change of changes) assert.equal(await send(api, change), 403, change.join(' '));
      const { body } = await api.ask('/queues/api/queues', { headers: bearer });
      for (const each of body.queues) {
        assert.equal(each.readOnlyMode, true, each.name);
        assert.equal(each.isPaused, false, each.name);
      }
      assert.equal(await jobsOf(api), 0);
      assert.equal(await api.carrier.queue('images').getGlobalRateLimit(), null);
      assert.deepEqual(await actions(api), []);
    },
    { apiToken },
  ));

/** With actions on, on either carrier. */
const onEach = (name: string, onceReady: (api: TestApi) => Promise<void>) => {
  const config = { queueActions: 'on' as const };
  const work = async (api: TestApi) => {
    await waitFor('the carrier answers', async () =>
      (await api.ask('/queues/api/queues', { headers: bearer })).status === 200 ? true : undefined,
    );
    await onceReady(api);
  };
  test(`${name}, with PostgreSQL as the carrier`, () => withApi(work, { apiToken, config }));
  test(`${name}, with Redis as the carrier`, async (t) => {
    const redis = await startRedis();
    if (!redis) return t.skip(redisMissing);
    try {
      await withApi(work, { apiToken, config, redisUrl: redis.url });
    } finally {
      await redis.stop();
    }
  });
};

onEach('queues can be slowed down and set going again, and each change is recorded', async (api) => {
  const images = api.carrier.queue('images');
  assert.equal(await send(api, ['PUT', `${queue}/pause`]), 200);
  assert.equal(await images.isPaused(), true);
  assert.equal(await send(api, ['PUT', `${queue}/rate-limit`, { max: 3, duration: 60_000 }]), 200);
  assert.deepEqual(await images.getGlobalRateLimit(), { max: 3, duration: 60_000 });
  assert.equal(await send(api, ['PUT', `${queue}/rate-limit`, { max: null }]), 200);
  assert.equal(await send(api, ['PUT', `${queue}/rate-limit/release`]), 200);
  assert.equal(await send(api, ['PUT', `${queue}/concurrency`, { concurrency: 2, other: 'x'.repeat(10_000) }]), 200);
  assert.equal(await send(api, ['PUT', `${queue}/concurrency`, { concurrency: 'many' }]), 400);
  assert.equal(await send(api, ['PUT', '/queues/api/queues/resume']), 200);
  assert.equal(await images.isPaused(), false);

  const seen = await actions(api);
  assert.deepEqual(
    seen.map(({ action, queue, detail, status }) => [action, queue, detail, status]),
    [
      ['resume', null, null, 200],
      ['limit-concurrency', 'images', null, 400],
      ['limit-concurrency', 'images', { concurrency: 2 }, 200],
      ['release-rate-limit', 'images', null, 200],
      ['limit-rate', 'images', { max: null }, 200],
      ['limit-rate', 'images', { max: 3, duration: 60_000 }, 200],
      ['pause', 'images', null, 200],
    ],
  );
  for (const each of seen) {
    assert.deepEqual([each.caller, each.session, each.address], ['bearer', null, '127.0.0.1']);
    assert.ok(Date.parse(each.at) > 0);
  }
  const lines = api.logged.filter((line) => line['action'] !== undefined);
  assert.deepEqual(lines.map((line) => [line['action'], line['caller'], line['address'], line['status']]).at(0), [
    'pause',
    'bearer',
    '127.0.0.1',
    200,
  ]);
  assert.equal(lines.length, seen.length);
  assert.equal((await actions(api, '?action=pause&queue=images')).length, 1);
  const ofLoads = await actions(api, '?queue=loads');
  assert.deepEqual(
    ofLoads.map(({ action, queue }) => [action, queue]),
    [['resume', null]],
    'what was done to all queues was done to this one, too',
  );
});

onEach('jobs are never added, changed, moved or removed by hand', async (api) => {
  for (const change of changes.slice(allowed)) assert.equal(await send(api, change), 403, change.join(' '));
  assert.equal(await jobsOf(api), 0);
  assert.deepEqual(await actions(api), []);
});

test('an action names the session of the person, and a queue that does not exist is no action', () =>
  withApi(
    async (api) => {
      const { cookies } = await api.app.inject({
        method: 'POST',
        url: '/login',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ token: apiToken }).toString(),
      });
      const session = { authorization: '', cookie: `${cookies[0]?.name}=${cookies[0]?.value}` };
      assert.equal(await send(api, ['PUT', `${queue}/pause`], session), 200);
      assert.equal(await send(api, ['PUT', '/queues/api/queues/no%00such/pause'], session), 404);
      const seen = await actions(api);
      assert.deepEqual(
        seen.map((each) => [each.caller, each.session]),
        [['session', api.logged.find((line) => line['msg'] === 'logged in')?.['session']]],
      );
      assert.deepEqual(await actions(api, '?caller=session'), seen);
      assert.deepEqual(await actions(api, '?caller=user:ada'), []);
      assert.equal(await send(api, ['PUT', `${queue}/resume`], { ...session, origin: 'https://evil.example' }), 403);
    },
    { apiToken, config: { queueActions: 'on' } },
  ));

test('a change that cannot be recorded is not made', () =>
  withApi(
    async (api) => {
      await api.pool.query('ALTER TABLE ops.action RENAME TO away');
      assert.equal(await send(api, ['PUT', `${queue}/pause`]), 503);
      assert.equal(await api.carrier.queue('images').isPaused(), false);
    },
    { apiToken, config: { queueActions: 'on' } },
  ));
