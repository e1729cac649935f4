import { Redis } from 'ioredis';
import type { Platform } from './platform.js';
import { waitFor } from './wait.js';

/** Empties what carries the jobs. */
export async function loseQueue({ pool, redisUrl }: Pick<Platform, 'pool' | 'redisUrl'>): Promise<void> {
  if (redisUrl !== undefined) {
    const redis = new Redis(redisUrl);
    await redis.flushall();
    redis.disconnect();
    return;
  }
  await waitFor('BullMQ’s tables are empty', async () => {
    try {
      await pool.query('TRUNCATE bullmq.job CASCADE');
      return true;
    } catch (error) {
      // Of two that wait for each other PostgreSQL ends one: this, or a statement of a worker.
      if (error instanceof Error && 'code' in error && error.code === '40P01') return undefined;
      throw error;
    }
  });
}
