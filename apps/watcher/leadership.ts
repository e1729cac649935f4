import pg from 'pg';
import type { Logger } from '#process/log.js';

/** The right to watch the inbox, which one process of a database has at a time. */
export interface Leadership {
  /** Whether this process has it; tries to get it when it has not. */
  held(): Promise<boolean>;
  close(): Promise<void>;
}

/** Holds the right by a session lock: it ends with the connection, so a watcher that dies lets go of it. */
export function seekLeadership(databaseUrl: string, log: Logger): Leadership {
  let client: pg.Client | undefined;
  let seeking: Promise<boolean> | undefined;
  let told = false;

  const drop = async (old: pg.Client): Promise<void> => {
    if (client === old) client = undefined;
    await old.end().catch(() => {});
  };
  const seek = async (): Promise<boolean> => {
    const candidate = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'millrace watcher lock',
      keepAlive: true,
    });
    candidate.on('error', () => void drop(candidate));
    try {
      await candidate.connect();
      const { rows } = await candidate.query<{ held: boolean }>(
        `SELECT pg_try_advisory_lock(hashtext('millrace watcher')) AS held`,
      );
      if (rows[0]?.held === true) {
        client = candidate;
        told = false;
        return true;
      }
    } catch (error) {
      await drop(candidate);
      throw error;
    }
    await drop(candidate);
    if (!told) log.warn('another watcher serves this database; this one waits until that one ends');
    told = true;
    return false;
  };
  return {
    async held() {
      if (client) return true;
      // Several may ask at once; two candidates of one process would stand in each other's way.
      seeking ??= seek().finally(() => {
        seeking = undefined;
      });
      return await seeking;
    },
    async close() {
      if (client) await drop(client);
    },
  };
}
