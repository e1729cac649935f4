import pg from 'pg';
import { type BenchServer, dropDatabase, freshDatabase, onDatabase } from '../load/server.js';

const database = 'millrace_bench_runs';
/** Who is measured works under this name, so that what the bench itself asks can be told from it. */
export const benchRole = 'millrace_bench_runs';
const password = 'bench';

/** An empty database for one measurement. */
export interface BenchDatabase {
  readonly name: string;
  /** Its address for who is measured, whose own it is. */
  readonly url: string;
  /** Asks for the bench; what it takes is not counted. */
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<R[]>;
  /** How many statements the bench has asked so far. */
  asked(): number;
  /** Writes out what was prepared and has the planner know it, so that all start from the same. */
  settle(): Promise<void>;
  drop(): Promise<void>;
}

/** Makes the database, instead of one that was left behind. */
export async function openBenchDatabase(server: BenchServer): Promise<BenchDatabase> {
  const address = await freshDatabase(server, database, false);
  await onDatabase(server.url, async (client) => {
    const found = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [benchRole]);
    if (found.rowCount === 0) await client.query(`CREATE ROLE ${benchRole} LOGIN PASSWORD '${password}'`);
    await client.query(`ALTER DATABASE ${database} OWNER TO ${benchRole}`);
  });
  const url = new URL(address);
  url.username = benchRole;
  url.password = password;
  const client = new pg.Client({ connectionString: address, application_name: 'bench' });
  client.on('error', () => {});
  await client.connect();
  let asked = 0;
  const query = async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<R[]> => {
    asked += 1;
    return (await client.query<R>(sql, [...values])).rows;
  };
  return {
    name: database,
    url: url.href,
    query,
    asked: () => asked,
    async settle() {
      await query('VACUUM ANALYZE');
      await query('CHECKPOINT');
    },
    async drop() {
      await client.end();
      await dropDatabase(server, database);
    },
  };
}
