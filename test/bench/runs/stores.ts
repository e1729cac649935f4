import type { CarrierKind } from '../../helpers/platform.js';
import { startRedis, type TestRedis } from '../../helpers/redis.js';
import type { BenchServer } from '../load/server.js';
import { type BenchDatabase, openBenchDatabase } from './database.js';

/** What one measurement stores in: empty, and its own. */
export interface Stores {
  readonly database: BenchDatabase;
  /** Where it is the carrier. */
  readonly redis: TestRedis | undefined;
  close(): Promise<void>;
}

/** @throws Error when Redis is wanted and the machine has none */
export async function openStores(server: BenchServer, carrier: CarrierKind): Promise<Stores> {
  const redis = carrier === 'redis' ? await startRedis() : undefined;
  if (carrier === 'redis' && !redis) throw new Error('--carriers redis needs redis-server on the PATH');
  const database = await openBenchDatabase(server);
  return {
    database,
    redis,
    async close() {
      await redis?.stop();
      await database.drop();
    },
  };
}
