import { KeyedSession } from '#database/changes/keyed-session.js';
import { forgetForeignTransactions, readOrigin } from '#database/changes/origin.js';
import { type ChangeNeeds, type ChangeRequest, type RunProgress, readChanges } from '#database/changes/read-changes.js';
import { cutSnapshot, parseSnapshot } from '#database/changes/snapshot.js';
import type { Pool, Queryable } from '#database/pool.js';
import { takeEvents } from './events.js';
import { maxOpen, type Position } from './position.js';
import type { Batch } from './ring.js';

/** Rows of each table that are read at a time, for all listeners. */
const rowLimit = 2_000;

/** What was read at a time. */
export interface Chunk extends Batch {
  readonly progress: readonly RunProgress[];
}

/** What comes after a position: up to now, up to the moment of which the position has a part, or up to a later one. */
export async function readChunk(
  db: Queryable,
  position: Position,
  needs: ChangeNeeds,
  limit: number,
  upTo?: Position,
): Promise<Chunk> {
  const { part } = position;
  const request: ChangeRequest = {
    from: part?.from ?? position.until,
    fromSeconds: (part ?? position).seconds,
    until: upTo?.until ?? (part && position.until),
    after: part,
    needs,
    limit,
  };
  const found = await readChanges(db, request);
  const until = request.until ?? cutSnapshot(found.now, maxOpen);
  const seconds = upTo?.seconds ?? (part ? position.seconds : found.seconds);
  const taken = takeEvents(found, limit);
  // What was cut off the moment is seen and not wanted yet.
  const events = taken.events.filter(({ xid }) => xid < until.end);
  const last = taken.complete ? undefined : taken.events.at(-1);
  return {
    ...{ from: request.from, seconds: request.fromSeconds, until, events, needs, progress: found.progress },
    end: {
      until,
      seconds,
      part: last && { from: request.from, seconds: request.fromSeconds, table: last.table, id: last.id },
    },
  };
}

/** The session that reads what is new, for all listeners of a process. */
export class Reader {
  readonly #session: KeyedSession;

  constructor(pool: Pool) {
    this.#session = new KeyedSession(pool);
  }

  /** Where the database is now, and which history its transactions have. */
  begin(): Promise<{ readonly origin: string; readonly now: Position }> {
    return this.#session.use(async (db) => {
      await forgetForeignTransactions(db);
      return { origin: await readOrigin(db), now: await readNow(db) };
    });
  }

  read(position: Position, needs: ChangeNeeds): Promise<Chunk> {
    return this.#session.use((db) => readChunk(db, position, needs, rowLimit));
  }

  close(): void {
    this.#session.close();
  }
}

async function readNow(db: Queryable): Promise<Position> {
  const { rows } = await db.query<{ now: string; seconds: number }>(
    'SELECT pg_current_snapshot()::text AS now, floor(extract(epoch FROM clock_timestamp()))::float8 AS seconds',
  );
  const [row] = rows;
  if (!row) throw new Error('expected a row of a statement without tables, got none');
  return { until: cutSnapshot(parseSnapshot(row.now), maxOpen), seconds: row.seconds };
}
