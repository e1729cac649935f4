import { Redis } from 'ioredis';
import type { TestRedis } from '../../helpers/redis.js';
import { type BenchServer, onDatabase } from '../load/server.js';
import { type BenchDatabase, benchRole } from './database.js';

/** Settings of a server that counts statements. */
export const countingSettings = { shared_preload_libraries: 'pg_stat_statements' };

/** One statement, as `pg_stat_statements` knows it. */
export interface StatementFigures {
  readonly sql: string;
  readonly calls: number;
  /** Milliseconds of all calls. */
  readonly millis: number;
}

/** What servers did for those who are measured. */
export interface Counts {
  readonly statements: number;
  /** Transactions that committed: of single statements, that only read, and those in which a session looks at a NOTIFY, too. */
  readonly commits: number;
  readonly walBytes: number;
  /** Times that the write-ahead log was synced to the disk. */
  readonly walSyncs: number;
  /** Commands that Redis executed, those inside of scripts included. */
  readonly redisCommands: number;
  /** Times that Redis read from a connection: with one command after the other, the commands that were sent. */
  readonly redisReads: number;
}

/** Counts from its opening on. */
export interface Counters {
  /**
   * What has happened so far. Sessions report their commits within seconds; those that have ended have reported all.
   */
  read(): Promise<Counts>;
  /** The statements that took most of the server's time. */
  statements(): Promise<StatementFigures[]>;
}

interface ServerCounts {
  readonly statements: number;
  readonly commits: number;
  readonly walBytes: number;
  readonly walSyncs: number;
}

/** Begins to count. The server has `countingSettings`. */
export async function openCounters(
  server: BenchServer,
  database: BenchDatabase,
  redis: TestRedis | undefined,
): Promise<Counters> {
  await onDatabase(server.url, async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await client.query('SELECT pg_stat_statements_reset()');
  });
  if (redis) await onRedis(redis, (client) => client.config('RESETSTAT'));
  const before = await readServer(server, database);
  const askedBefore = database.asked();
  return {
    async read() {
      const now = await readServer(server, database);
      return {
        statements: now.statements - before.statements,
        commits: now.commits - before.commits - (database.asked() - askedBefore),
        walBytes: now.walBytes - before.walBytes,
        walSyncs: now.walSyncs - before.walSyncs,
        ...(redis ? await readRedis(redis) : { redisCommands: 0, redisReads: 0 }),
      };
    },
    statements: () =>
      onDatabase(server.url, async (client) => {
        const { rows } = await client.query<StatementFigures>(
          `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 200) AS sql, calls::float8, total_exec_time AS millis
           FROM pg_stat_statements WHERE userid = $1::regrole ORDER BY total_exec_time DESC LIMIT 40`,
          [benchRole],
        );
        return rows;
      }),
  };
}

async function readServer(server: BenchServer, { name }: BenchDatabase): Promise<ServerCounts> {
  return await onDatabase(server.url, async (client) => {
    const { rows } = await client.query<ServerCounts>(
      `SELECT
         (SELECT COALESCE(sum(calls), 0)::float8 FROM pg_stat_statements WHERE userid = $1::regrole) AS statements,
         (SELECT xact_commit::float8 FROM pg_stat_database WHERE datname = $2) AS commits,
         (pg_current_wal_insert_lsn() - '0/0')::float8 AS "walBytes",
         (SELECT COALESCE(sum(fsyncs), 0)::float8 FROM pg_stat_io WHERE object = 'wal') AS "walSyncs"`,
      [benchRole, name],
    );
    const [found] = rows;
    if (!found) throw new Error('PostgreSQL gave no counters');
    return found;
  });
}

async function readRedis(redis: TestRedis): Promise<{ redisCommands: number; redisReads: number }> {
  const [commands, stats] = await onRedis(redis, async (client) => [
    await client.info('commandstats'),
    await client.info('stats'),
  ]);
  const calls = [...(commands ?? '').matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)];
  return {
    redisCommands: calls
      .filter(([, name]) => name !== 'info' && !name?.startsWith('config'))
      .reduce((sum, [, , count]) => sum + Number(count), 0),
    redisReads: Number(/^total_reads_processed:(\d+)/m.exec(stats ?? '')?.[1] ?? 0),
  };
}

async function onRedis<T>({ url }: TestRedis, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
