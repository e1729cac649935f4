import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import { redisMissing, startRedis } from '../../test/helpers/redis.js';
import { awaitRedis } from './redis.js';

test('a Redis that does not answer is reported in one line without its password', async () => {
  const warnings: string[] = [];
  const log = { warn: (message: unknown) => void warnings.push(String(message)) };
  await assert.rejects(awaitRedis('redis://:hunter2@127.0.0.1:1/3', 300, log), (error: Error) => {
    assert.equal(error.name, 'SetupError');
    assert.match(error.message, /^REDIS_URL: the Redis at 127\.0\.0\.1:1\/3 does not answer \(.*ECONNREFUSED.*\)/);
    assert.doesNotMatch(error.message, /hunter2|\n/);
    return true;
  });
  assert.equal(warnings.length, 1, 'the wait is reported once');
});

test('a Redis that evicts keys is warned about, one that does not is not', async (t) => {
  const redis = await startRedis();
  if (!redis) return t.skip(redisMissing);
  t.after(() => redis.stop());
  const warnings: string[] = [];
  const log = { warn: (message: unknown) => void warnings.push(String(message)) };
  await awaitRedis(redis.url, 0, log);
  assert.deepEqual(warnings, []);
  const client = new Redis(redis.url);
  await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
  client.disconnect();
  await awaitRedis(redis.url, 0, log);
  assert.match(warnings.join(), /maxmemory-policy allkeys-lru and may drop jobs/);
});
