import pg from 'pg';
import { waitFor } from './wait.js';

/** A table that nobody else can use. */
export interface TableLock {
  release(): Promise<void>;
}

/**
 * Locks a table, so that a load gets stuck in its middle, for as long as a test wants, at the first row for it.
 * @param table with its schema, as SQL
 * @param mode `SHARE` lets others read it
 */
export async function lockTable(
  databaseUrl: string,
  table: string,
  mode: 'ACCESS EXCLUSIVE' | 'SHARE' = 'ACCESS EXCLUSIVE',
): Promise<TableLock> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'test lock' });
  client.on('error', () => {});
  await client.connect();
  await client.query('BEGIN');
  await client.query(`LOCK TABLE ${table} IN ${mode} MODE`);
  return { release: () => client.end() };
}

/** A session in which a run commits its work, and which waits for a lock. */
export interface StuckSession {
  readonly pid: number;
  readonly run: string;
}

/** Waits until a run is stuck at a locked table, in a session other than those known. */
export async function waitForStuckRun(pool: pg.Pool, known: readonly StuckSession[] = []): Promise<StuckSession> {
  return await waitFor('a run is stuck in the middle of its load', async () => {
    const { rows } = await pool.query<StuckSession>(
      `SELECT pid, substr(application_name, length('millrace run ') + 1) AS run FROM pg_stat_activity
       WHERE datname = current_database() AND application_name LIKE 'millrace run %' AND wait_event_type = 'Lock'
         AND pid <> ALL ($1::int[])`,
      [known.map((session) => session.pid)],
    );
    return rows[0];
  });
}
