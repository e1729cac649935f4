import pg from 'pg';
import { watchStandstill } from '#process/standstill.js';

/** A right that one process of all that share a database has at a time. */
export interface Lease {
  /** The term under which this process has it; undefined when another has it. Tries to get it when it has not. */
  held(): Promise<Term | undefined>;
  close(): Promise<void>;
}

/** From when a process got a lease to when it lost it. */
export interface Term {
  /** Goes up from holder to holder. */
  readonly number: bigint;
  /** When it began, in milliseconds of `performance.now()`. */
  readonly since: number;
}

export interface LeaseOptions {
  readonly url: string;
  /** What it is the right to. */
  readonly name: string;
  /**
   * The name that all of this process's sessions for the work have and no other's. They must begin with
   * `refuseUnlessHolder`, so that none of them outlives the lease.
   */
  readonly sessions: string;
  /** Called once whenever the process finds that another has it, or that it has lost it to another. */
  onOther(): void;
  /** Called when a session broke or could not be opened. */
  onError(error: Error): void;
}

/** How often a holder gives a sign of life. */
const beatMs = 2_000;
/** After how long without one another process ends the holder's sessions: five signs that did not come. */
const hungMs = 10_000;
/** A process that waits looks at most this often. */
const lookMs = 500;
/** After how long a statement of a few microseconds counts as unanswered. */
const answerMs = 5_000;

/**
 * A lease is a session lock, which ends with the connection, so that a process that dies lets go of it at once. One
 * that hangs does not: it is known by its signs of life in `ops.lease`, a counter that another process sees stand still
 * by its own clock, and its sessions are ended by that one.
 */
export function seekLease(options: LeaseOptions): Lease {
  const { url, name, sessions, onOther, onError } = options;
  const standstill = watchStandstill(hungMs);
  let client: pg.Client | undefined;
  let term: Term | undefined;
  let seeking: Promise<Term | undefined> | undefined;
  let looked = Number.NEGATIVE_INFINITY;
  let reported = false;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** For the next sign of life, or the next look at the holder's. */
  const later = (work: () => void): void => {
    clearTimeout(timer);
    if (!closed) timer = setTimeout(work, beatMs);
  };

  const drop = async (old: pg.Client): Promise<void> => {
    if (client === old) {
      client = undefined;
      term = undefined;
      clearTimeout(timer);
    }
    await ended(old);
  };
  const open = async (): Promise<pg.Client> => {
    const opened = new pg.Client({
      connectionString: url,
      application_name: `${name} lock`,
      keepAlive: true,
      connectionTimeoutMillis: 2 * answerMs,
      query_timeout: answerMs,
    });
    opened.on('error', (error) => {
      if (client === opened) onError(error);
      void drop(opened);
    });
    client = opened;
    await opened.connect();
    return opened;
  };
  const beat = async (holder: pg.Client, number: bigint): Promise<void> => {
    try {
      const { rowCount } = await holder.query('UPDATE ops.lease SET beats = beats + 1 WHERE name = $1 AND term = $2', [
        name,
        number,
      ]);
      if (rowCount === 1 && client === holder) later(() => void beat(holder, number));
      else await drop(holder);
    } catch (error) {
      if (client === holder && error instanceof Error) onError(error);
      await drop(holder);
    }
  };
  const seek = async (): Promise<Term | undefined> => {
    const candidate = client ?? (await open());
    const { rows } = await candidate.query<{ held: boolean }>('SELECT pg_try_advisory_lock(hashtext($1)) AS held', [
      name,
    ]);
    if (rows[0]?.held === true) {
      const number = await beginTerm(candidate, name, sessions);
      // Its session, and with it the lock, may have gone meanwhile.
      if (client !== candidate) return undefined;
      reported = false;
      term = { number, since: performance.now() };
      later(() => void beat(candidate, number));
      return term;
    }
    if (!reported) onOther();
    reported = true;
    const holder = await readHolder(candidate, name);
    if (holder && standstill.observe(name, holder.mark) >= hungMs) await endSession(candidate, name, holder.pid);
    // Also when nobody asks for long: a holder must be seen again and again to be seen to stand still.
    later(() => void held().catch(() => {}));
    return undefined;
  };
  const held = async (): Promise<Term | undefined> => {
    if (term) return term;
    // Several may ask at once; two candidates of one process would stand in each other's way.
    if (closed || (!seeking && performance.now() - looked < lookMs)) return undefined;
    seeking ??= seek()
      .catch((error: unknown) => {
        if (client) void drop(client);
        throw error;
      })
      .finally(() => {
        looked = performance.now();
        seeking = undefined;
      });
    return await seeking;
  };
  return {
    held,
    async close() {
      closed = true;
      clearTimeout(timer);
      if (client) await drop(client);
    },
  };
}

const ended = (client: pg.Client): Promise<void> => client.end().catch(() => {});

/**
 * Begins a term for the present holder of the lock. First it is written down, from when on the former holder can open
 * no more sessions; then those that it has are ended, so that nothing of it is written any more once this returns.
 */
async function beginTerm(client: pg.Client, name: string, sessions: string): Promise<bigint> {
  const { rows } = await client.query<{ term: string; former: string | null }>(
    `WITH former AS (SELECT sessions FROM ops.lease WHERE name = $1)
     INSERT INTO ops.lease (name, term, beats, sessions) VALUES ($1, 1, 0, $2)
     ON CONFLICT (name) DO UPDATE SET term = lease.term + 1, beats = lease.beats + 1, sessions = excluded.sessions
     RETURNING term, (SELECT sessions FROM former) AS former`,
    [name, sessions],
  );
  const { term, former } = rows[0] ?? {};
  if (term === undefined) throw new Error(`the lease "${name}" could not be written down`);
  if (former !== sessions) {
    await client.query(
      `SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity
       WHERE application_name = $1 AND datname = current_database()`,
      [former, answerMs / 2],
    );
  }
  return BigInt(term);
}

/** The session that has the lock, and its last sign of life. */
interface Holder {
  readonly pid: number;
  readonly mark: string;
}

/** `l` is the lock of the lease `$1`. Source of its parts: PostgreSQL manual, view pg_locks. */
const isLeaseLock = `l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.objid::bigint = hashtext($1)::bigint & 4294967295 AND l.classid::bigint = (hashtext($1)::bigint >> 32) & 4294967295`;

async function readHolder(client: pg.Client, name: string): Promise<Holder | undefined> {
  const { rows } = await client.query<Holder>(
    `SELECT l.pid, concat_ws(' ', l.pid, s.term, s.beats) AS mark
     FROM pg_locks l LEFT JOIN ops.lease s ON s.name = $1 WHERE ${isLeaseLock}`,
    [name],
  );
  return rows[0];
}

/** Ends the session that has the lock, if it has it still; the next look gets the lock then. */
async function endSession(client: pg.Client, name: string, pid: number): Promise<void> {
  await client.query(`SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.pid = $2 AND ${isLeaseLock}`, [
    name,
    pid,
  ]);
}

/** Another process has the lease: what this one is about to write is not its to write. */
export class LeaseLostError extends Error {
  override name = 'LeaseLostError';
}

/**
 * To be the first thing that a session for the holder's work does: a process that woke up from a long sleep opens none.
 * @throws LeaseLostError when the holder's sessions have another name
 */
export async function refuseUnlessHolder(client: pg.ClientBase, name: string, sessions: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM ops.lease WHERE name = $1 AND sessions = $2', [name, sessions]);
  if (rowCount !== 1) throw new LeaseLostError(`another process has taken over as ${name}; nothing was written`);
}
