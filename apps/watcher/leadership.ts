import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { messageOf } from '#contracts/errors.js';
import { refuseUnlessHolder, seekLease, type Term } from '#database/leases/lease.js';
import { stillSince, type Tick, tickOf } from '#database/ledger/ticks.js';
import type { Logger } from '#process/log.js';

/**
 * The right to watch the inbox, which one process of a database has at a time, and the clock of the process that has
 * it.
 */
export interface Leadership {
  /** Whether this process has it; tries to get it when it has not. */
  held(): Promise<boolean>;
  /** The name of the database sessions in which this process writes the ledger. */
  readonly sessions: string;
  /** To be done first in each of them. @throws LeaseLostError when another process leads */
  refuseUnlessLeader(client: pg.ClientBase): Promise<void>;
  /** Now. */
  tick(): Tick;
  /** The latest tick of files that have stood still for `stillMs` milliseconds; undefined: none has yet. */
  stillSince(stillMs: number): Tick | undefined;
  close(): Promise<void>;
}

/** The lease's name, under which `ops.lease` has it. */
const leaseName = 'millrace watcher';

export function seekLeadership(databaseUrl: string, log: Logger): Leadership {
  const sessions = `${leaseName} ${randomUUID()}`;
  // Work that goes on for a moment after the term has ended still asks for the time.
  let term: Term = { number: 0n, since: performance.now() };
  const lease = seekLease({
    url: databaseUrl,
    name: leaseName,
    sessions,
    onOther: () =>
      log.warn('another watcher has the lease of this database; this one waits until that one ends or hangs'),
    onError: (error) =>
      log.warn(
        { err: error },
        `database session of the watcher's lease failed: ${messageOf(error)}; taking the lease again`,
      ),
  });
  const age = (): number => performance.now() - term.since;
  return {
    sessions,
    async held() {
      const now = await lease.held();
      if (now) term = now;
      return now !== undefined;
    },
    refuseUnlessLeader: (client) => refuseUnlessHolder(client, leaseName, sessions),
    tick: () => tickOf(term.number, age()),
    stillSince: (stillMs) => stillSince(term.number, age(), stillMs),
    close: () => lease.close(),
  };
}
