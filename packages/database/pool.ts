import pg from 'pg';

export type Pool = pg.Pool;
/** A connection inside a transaction. */
export type Tx = pg.ClientBase;
/** Anything a single statement can be sent to. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

/** How a process talks to the database; the name shows in `pg_stat_activity`. */
export interface PoolOptions {
  readonly url: string;
  readonly name: string;
  /** Most connections at a time. */
  readonly max: number;
  onError(error: Error): void;
  /**
   * The sessions look rows up by key, whatever the statistics say of a table that grows by thousands of rows a second, and
   * plan a named statement once: to plan a large one anew each time takes as long as to execute it.
   */
  readonly byKey?: boolean;
  /** Who makes the changes that these sessions make, as `ops.run_change` names it. */
  readonly actor?: string;
  /** Done first in each session; when it fails there is no session, and the caller gets the error. */
  onConnect?(client: Tx): Promise<void>;
}

/**
 * Opens a pool; that of a process is shared by Prisma, plain statements and COPY. Opens no connection yet.
 * The sessions speak UTC, so that a date without a zone means the same on every machine.
 */
export function openPool({ url, name, max, onError, byKey = false, actor, onConnect }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: name,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: [
      '-c TimeZone=UTC',
      ...(byKey ? ['-c enable_seqscan=off', '-c plan_cache_mode=force_generic_plan'] : []),
      ...(actor === undefined ? [] : [`-c millrace.actor=${actor}`]),
    ].join(' '),
    ...(onConnect ? { onConnect } : {}),
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on('error', onError);
  // Likewise one that is in use; its statement fails as well, and says so.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Runs `work` in a transaction: committed when it returns, rolled back when it throws. */
export async function transaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks while it is checked out emits an error besides rejecting the query under way.
  const broken = (error: Error): void => {
    failure ??= error;
  };
  let failure: Error | undefined;
  client.on('error', broken);
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(broken);
    throw error;
  } finally {
    client.off('error', broken);
    client.release(failure);
  }
}
