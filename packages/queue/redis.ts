import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { messageOf, SetupError } from '#contracts/errors.js';
import type { Logger } from '#process/log.js';

/** Host, port and database of an address, for messages: never its password. */
export function describeRedis(redisUrl: string): string {
  const { hostname, port, pathname } = new URL(redisUrl);
  return `${hostname}:${port || '6379'}${pathname === '/' ? '' : pathname}`;
}

/**
 * Waits until the Redis of REDIS_URL answers, and warns when it may throw jobs away.
 * @param patienceMs how long one that does not answer yet is tried again
 * @throws SetupError in one line
 */
export async function awaitRedis(redisUrl: string, patienceMs: number, log: Pick<Logger, 'warn'>): Promise<void> {
  const giveUp = performance.now() + patienceMs;
  for (let first = true; ; first = false) {
    const client = new Redis(redisUrl, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 5000 });
    let lastError: unknown;
    client.on('error', (error) => (lastError = error));
    try {
      await client.connect();
      await client.ping();
      const policy = await readEvictionPolicy(client);
      if (policy !== undefined && policy !== 'noeviction') {
        log.warn(`Redis has maxmemory-policy ${policy} and may drop jobs when memory runs short; set it to noeviction`);
      }
      return;
    } catch (error) {
      // The rejection says only that the connection is closed; the event before it says why.
      const cause = lastError ?? error;
      const reason = `the Redis at ${describeRedis(redisUrl)} does not answer (${messageOf(cause) || String(cause)})`;
      if (performance.now() > giveUp)
        throw new SetupError(`REDIS_URL: ${reason}; start it, correct it or unset it`, { cause });
      if (first) log.warn(`${reason}; trying again`);
      await sleep(250);
    } finally {
      client.disconnect();
    }
  }
}

/** Undefined where the server does not say (hosted ones forbid CONFIG). */
async function readEvictionPolicy(client: Redis): Promise<string | undefined> {
  const answer: unknown = await client.config('GET', 'maxmemory-policy').catch(() => undefined);
  return Array.isArray(answer) ? String(answer[1]) : undefined;
}
