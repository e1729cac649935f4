import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { OpenRun } from '#contracts/open-run.js';
import { withTestDatabase } from '../../test/helpers/database.js';
import { type CarrierKind, carriers } from '../../test/helpers/platform.js';
import { redisMissing, startRedis } from '../../test/helpers/redis.js';
import { type Carrier, openCarrier } from './carrier.js';
import { addJobs, readStandings, restoreJobs } from './jobs.js';

const run = (id: string, parent?: string): OpenRun => ({
  ...{ id, task: 'test', queue: 'test', priority: 0, delayMs: 0 },
  parent: parent === undefined ? undefined : { id: parent, queue: 'parents' },
});

/** Runs a test with a carrier that has the job of one parent, `there`. */
async function withCarrier(
  t: TestContext,
  kind: CarrierKind,
  work: (carrier: Carrier) => Promise<void>,
): Promise<void> {
  const redis = kind === 'redis' ? await startRedis() : undefined;
  if (kind === 'redis' && !redis) return t.skip(redisMissing);
  await withTestDatabase(async ({ url }) => {
    const carrier = openCarrier({ databaseUrl: url, redisUrl: redis?.url }, 'background', () => {});
    try {
      await addJobs(carrier, [{ ...run('there'), queue: 'parents' }]);
      await work(carrier);
    } finally {
      await carrier.close();
    }
  }).finally(() => redis?.stop());
}

for (const kind of carriers) {
  test(`the job of a run whose parent has none is added, and put back, as nobody's child (${kind})`, (t) =>
    withCarrier(t, kind, async (carrier) => {
      const runs = [run('a', 'gone'), run('b', 'there'), run('c')];
      for (const put of [addJobs, restoreJobs]) {
        await put(carrier, runs);
        assert.deepEqual(await readStandings(carrier, runs), ['waiting', 'waiting', 'waiting']);
        const jobs = await Promise.all(runs.map(({ id }) => carrier.queue('test').getJob(id)));
        assert.deepEqual(
          jobs.map((job) => job?.parent?.id),
          [undefined, 'there', undefined],
        );
      }
    }));
}
