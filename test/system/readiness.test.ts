import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunId } from '#database/runs/record-run.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { every } from '#process/every.js';
import { addJobs } from '#queue/jobs.js';
import { type CarrierKind, carriers, createPlatform, runPlatform } from '../helpers/platform.js';
import { redisMissing, startRedis } from '../helpers/redis.js';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from '../integration/api-fixture.js';

interface NotReady {
  readonly check: string;
  readonly reason: string;
}

async function reasons(api: TestApi): Promise<readonly NotReady[]> {
  const { status, body } = await api.ask('/readyz');
  assert.ok(status === 200 ? body.status === 'ready' : status === 503 && body.reasons.length > 0, JSON.stringify(body));
  return status === 200 ? [] : body.reasons;
}

/** Waits until exactly these checks are what is wrong; gives their reasons. */
const until = (api: TestApi, checks: readonly string[]): Promise<readonly NotReady[]> =>
  waitFor(
    `what is not ready is [${checks.join(', ')}]`,
    async () => {
      const found = await reasons(api);
      return found.map(({ check }) => check).join() === checks.join() ? found : undefined;
    },
    { deadlineMs: 60_000, show: async () => JSON.stringify(await reasons(api)) },
  );

async function withCarrier(
  kind: CarrierKind,
  skip: (why: string) => void,
  work: (api: TestApi, redisUrl: string | undefined) => Promise<void>,
): Promise<void> {
  const redis = kind === 'redis' ? await startRedis() : undefined;
  if (kind === 'redis' && !redis) return skip(redisMissing);
  try {
    await withApi((api) => work(api, redis?.url), redis ? { redisUrl: redis.url } : {});
  } finally {
    await redis?.stop();
  }
}

for (const kind of carriers) {
  test(`readiness says which of watcher, workers and queues is missing, stopped or slowed down (${kind})`, (t) =>
    withCarrier(
      kind,
      (why) => t.skip(why),
      async (api, redisUrl) => {
        await until(api, ['watcher', 'workers']);
        const databaseUrl = String(api.pool.options.connectionString);
        await runPlatform(await createPlatform({ databaseUrl, redisUrl }), async ({ start, process: find }) => {
          await start();
          await until(api, []);
          for (const name of ['worker-1', 'watcher'] as const) {
            find(name).signal('SIGSTOP');
            const [found] = await until(api, [name === 'watcher' ? 'watcher' : 'workers']);
            assert.match(found?.reason ?? '', /sign of life/);
            find(name).signal('SIGCONT');
            await until(api, []);
          }

          const queue = api.carrier.queue('loads');
          await queue.pause();
          assert.deepEqual(await until(api, ['queues']), [{ check: 'queues', reason: 'paused: loads' }]);
          assert.equal((await api.ask('/readyz?exclude=queues')).status, 200);
          assert.equal((await api.ask('/readyz?exclude=watcher,workers')).status, 503);
          assert.equal((await api.ask('/readyz?exclude=everything')).status, 422);
          await queue.resume();
          await until(api, []);
          await queue.setGlobalRateLimit(1, 60_000);
          assert.deepEqual(await until(api, ['queues']), [{ check: 'queues', reason: 'rate-limited: loads' }]);
          await queue.removeGlobalRateLimit();
          await until(api, []);
        });
        await until(api, ['watcher', 'workers']);
      },
    ));
}

test('workers that live and take no jobs are not ready', () =>
  withApi(async (api) => {
    const worker = { id: newRunId(), host: 'here', pid: 1 };
    const beat = every(
      200,
      () => beatHeart(api.pool, worker, []),
      (error) => assert.fail(String(error)),
    );
    try {
      await until(api, ['watcher']);
      await addJobs(api.carrier, [{ id: newRunId(), task: 'detect-faces', queue: 'images', priority: 5, delayMs: 0 }]);
      const found = await until(api, ['watcher', 'workers']);
      assert.equal(found[1]?.reason, 'jobs wait, and no worker takes them from: images');
    } finally {
      await beat.stop();
    }
  }));
