import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';
import type { Pool } from './pool.js';

export type { PrismaClient } from './generated/client.js';

/** Prisma over the process's pool; the pool is closed by the code that opened it. */
export function openPrisma(pool: Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: false }) });
}
