import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withOwnPostgres } from '../../test/helpers/own-postgres.js';
import { redisMissing, startRedis } from '../../test/helpers/redis.js';
import { waitFor } from '../../test/helpers/wait.js';
import { type Carrier, openCarrier } from './carrier.js';

const answers = (carrier: Carrier): Promise<true | undefined> =>
  carrier.ping().then(
    () => true,
    () => undefined,
  );

test('a carrier that was away when it was first used is used as soon as Redis is there', async (t) => {
  const first = await startRedis();
  if (!first) return t.skip(redisMissing);
  const { url } = first;
  await first.stop();
  const carrier = openCarrier({ databaseUrl: '', redisUrl: url }, 'http', () => {});
  await assert.rejects(carrier.ping());
  await assert.rejects(carrier.ping());
  const second = await startRedis(Number(new URL(url).port));
  try {
    await waitFor('the carrier answers', () => answers(carrier));
    await second?.stop();
    await waitFor('it is noticed that Redis is gone', async () => ((await answers(carrier)) ? undefined : true));
  } finally {
    await second?.stop();
    await carrier.close();
  }
});

test('ended jobs are trimmed by each job on Redis, and by some on PostgreSQL, where it costs more than the job', async () => {
  const trims = async (redisUrl: string | undefined): Promise<number> => {
    const carrier = openCarrier({ databaseUrl: 'postgresql://127.0.0.1:1/none', redisUrl }, 'background', () => {});
    const options = Array.from({ length: 20_000 }, () => carrier.retention());
    await carrier.close();
    return options.filter(({ removeOnComplete, removeOnFail }) => removeOnComplete && removeOnFail).length;
  };
  assert.equal(await trims('redis://127.0.0.1:1/0'), 20_000);
  const some = await trims(undefined);
  assert.ok(some > 0 && some < 1_000, `${some} of 20,000`);
});

test('a carrier that was away when it was first used is used as soon as PostgreSQL is there', () =>
  withOwnPostgres(async ({ url, crash }) => {
    const carrier = openCarrier({ databaseUrl: url }, 'http', () => {});
    await crash(async () => {
      await assert.rejects(carrier.ping());
      await assert.rejects(carrier.ping());
    });
    await waitFor('the carrier answers', () => answers(carrier));
    await carrier.close();
  }));
