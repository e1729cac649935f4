import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Redis } from 'ioredis';
import pg from 'pg';
import { isAlive } from '#process/lock-file.js';
import { withTestDatabase } from './database.js';
import { redisMissing, startRedis } from './redis.js';

test('two test databases are migrated and apart from each other, and gone afterwards', async () => {
  const urls: string[] = [];
  const useOne = () =>
    withTestDatabase(async ({ url, pool }) => {
      urls.push(url);
      await pool.query('CREATE TABLE mine (n int)');
      const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM _prisma_migrations');
      assert.ok((rows[0]?.n ?? 0) > 0);
    });
  await Promise.all([useOne(), useOne()]);
  assert.equal(new Set(urls).size, 2);
  const client = new pg.Client({ connectionString: urls[0] });
  await assert.rejects(client.connect(), { code: '3D000' });
});

test('a connection that a test leaves checked out fails it', async () => {
  await assert.rejects(
    withTestDatabase(async ({ pool }) => void (await pool.connect()).on('error', () => {})),
    /left 1 connections/,
  );
});

test('redis-server starts on a free port and ends when stopped', async (t) => {
  const redis = await startRedis();
  if (!redis) return t.skip(redisMissing);
  const client = new Redis(redis.url);
  assert.equal(await client.ping(), 'PONG');
  assert.deepEqual(await client.config('GET', 'maxmemory-policy'), ['maxmemory-policy', 'noeviction']);
  client.disconnect();
  await redis.stop();
  await redis.stop();
  assert.ok(!isAlive(redis.pid));
});
