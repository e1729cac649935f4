import type { FileState, RunState } from '#contracts/states.js';
import type { Queryable } from '../pool.js';
import { parseSnapshot, type Snapshot, snapshotSql } from './snapshot.js';

/** What each row of a change or a line says of where it stands and whose it is. */
interface Recorded {
  /** Ascending in the order in which rows of its table were written. */
  readonly id: string;
  /** The transaction that wrote it. */
  readonly xid: string;
  /** Null of a file without a run. */
  readonly run: string | null;
  /** The root of the run's flow; null of a file without a run, and when the run is not kept any more. */
  readonly rootId: string | null;
  /** The run and those above it, where it belongs to one of `ChangeRequest.roots`; else null. */
  readonly above: readonly string[] | null;
  readonly task: string | null;
  /** ISO-8601 in UTC. */
  readonly at: string;
}

/** A run that came to another state or another attempt; see ops.run_change. */
export interface RunChange extends Recorded {
  readonly run: string;
  readonly task: string;
  readonly trigger: string;
  readonly was: RunState | null;
  readonly state: RunState;
  readonly attempt: number;
  readonly cause: string;
  readonly actor: string | null;
  readonly waitedMs: number | null;
  readonly ranMs: number | null;
}

/** A file that came to another state; see ops.file_change. Path and version are null when the file is not kept any more. */
export interface FileChange extends Recorded {
  readonly file: string;
  readonly path: string | null;
  readonly version: number | null;
  readonly source: string | null;
  readonly was: FileState | null;
  readonly state: FileState;
  readonly code: string | null;
  readonly bytes: number;
  readonly rows: number | null;
  readonly actor: string | null;
}

/** A line of a run's log. */
export interface LoggedLine extends Recorded {
  readonly run: string;
  readonly attempt: number;
  readonly level: string;
  readonly message: string;
  readonly fields: unknown;
  /** The message is longer than this, or its fields are left out for their length. */
  readonly isCut: boolean;
}

/** How far a running run is. */
export interface RunProgress extends Pick<Recorded, 'rootId' | 'above'> {
  readonly run: string;
  readonly task: string;
  readonly done: number;
  readonly total: number | null;
}

/** The tables that are read, in the order in which their rows are given. */
export const changeTables = ['run', 'file', 'log'] as const;
export type ChangeTable = (typeof changeTables)[number];

/** What is wanted of the changes. */
export interface ChangeNeeds {
  readonly logs: boolean;
  readonly progress: boolean;
  /** Roots of flows of whose runs `above` is wanted. */
  readonly roots: readonly string[];
}

/** What was committed after one moment and by another. */
export interface ChangeRequest {
  readonly from: Snapshot;
  /** Of `from`, in seconds since 1970 by the database's clock: older months are not looked into, see `oldestDays`. */
  readonly fromSeconds: number;
  /** Undefined: by the moment of the answer. */
  readonly until?: Snapshot | undefined;
  /** The row after which to go on; undefined: from the first. */
  readonly after?: { readonly table: ChangeTable; readonly id: bigint } | undefined;
  readonly needs: ChangeNeeds;
  /** Most rows of each table. */
  readonly limit: number;
}

/** Rows of each table in the order of their ids, no more than were asked for. */
export interface FoundChanges {
  /** The moment of the answer. */
  readonly now: Snapshot;
  /** Seconds since 1970, by the database's clock. */
  readonly seconds: number;
  readonly run: readonly RunChange[];
  readonly file: readonly FileChange[];
  readonly log: readonly LoggedLine[];
  readonly progress: readonly RunProgress[];
}

type Row = { readonly now: string; readonly seconds: number } & {
  readonly [K in 'run' | 'file' | 'log' | 'progress']: FoundChanges[K] | null;
};

/** Greater than every id and every transaction. */
const beyond = '9223372036854775807';
/** Characters of a line's message, and bytes of its fields: what many listeners may have waiting for them. */
const maxText = 10_000;
/** Running runs whose progress is read. */
const maxProgress = 10_000;

/**
 * A row that is committed after a moment was written no more days before it, unless a transaction was open for longer, or a worker's clock
 * is wrong by so much. Years of months would be looked into four times a second otherwise: 25 partitions cost as much as all else.
 */
const oldestDays = 40;

/** Rows of a table that were committed after $1 and $2 and by $3 and $4, in the order of their ids. */
function rowsOf(table: string, after: string, condition = 'true'): string {
  const isNew = `(c.xid >= $1::bigint OR c.xid = ANY ($2::bigint[])) AND c.xid < $3::bigint AND c.xid <> ALL ($4::bigint[])
      AND c.id > ${after}::bigint AND ${condition}`;
  return `(SELECT * FROM (
      SELECT * FROM ops.${table} c WHERE c.at >= to_timestamp($12::float8) AND ${isNew}
      UNION ALL SELECT * FROM ops.${table}_rest c WHERE c.at < to_timestamp($12::float8) AND ${isNew}) c
    ORDER BY c.id LIMIT $5) c`;
}

/** The runs from this one up to the root of its flow. */
const above = `CASE WHEN r.root_id = ANY ($10::uuid[]) THEN ARRAY(
    WITH RECURSIVE up (id, parent_id) AS (
      SELECT r.id, r.parent_id UNION ALL SELECT p.id, p.parent_id FROM up JOIN ops.run p ON p.id = up.parent_id
    ) SELECT id FROM up) END AS above`;

/** Looked up row by row (OFFSET 0): a plan that fits any number of rows would read the whole index of runs. */
const itsRun = `LEFT JOIN LATERAL (
    SELECT r.root_id AS "rootId", r.task, ${above} FROM ops.run r WHERE r.id = c.run_id OFFSET 0) r ON true`;

const instant = `to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`;
const shared = `c.id::text, c.xid::text, c.run_id AS run, r."rootId", r.above, ${instant}`;

/** All that is new in one statement, so that it is of one moment. */
const statement = `SELECT ${snapshotSql} AS now, floor(extract(epoch FROM clock_timestamp()))::float8 AS seconds,
  (SELECT json_agg(c) FROM (
    SELECT ${shared}, c.task, c.trigger, c.was, c.state, c.attempt, c.cause, c.actor,
      c.waited_ms AS "waitedMs", c.ran_ms AS "ranMs"
    FROM ${rowsOf('run_change', '$6')} ${itsRun}) c) AS run,
  (SELECT json_agg(c) FROM (
    SELECT ${shared}, r.task, c.file_id::text AS file, f.path, f.version, c.source, c.was, c.state, c.code, c.bytes, c.rows, c.actor
    FROM ${rowsOf('file_change', '$7')} ${itsRun}
    LEFT JOIN LATERAL (SELECT f.path, f.version FROM ops.file f WHERE f.id = c.file_id OFFSET 0) f ON true) c) AS file,
  (SELECT json_agg(c) FROM (
    SELECT ${shared}, r.task, c.attempt, c.level, left(c.message, ${maxText}) AS message,
      CASE WHEN octet_length(c.fields::text) <= ${maxText} THEN c.fields END AS fields,
      char_length(c.message) > ${maxText} OR COALESCE(octet_length(c.fields::text) > ${maxText}, false) AS "isCut"
    FROM ${rowsOf('log', '$8', '$9::boolean')} ${itsRun}) c) AS log,
  (SELECT json_agg(p) FROM (
    SELECT r.id AS run, r.task, r.root_id AS "rootId", ${above}, r.progress_done AS done, r.progress_total AS total
    FROM ops.run r WHERE $11::boolean AND r.state = 'running' AND r.progress_done IS NOT NULL LIMIT ${maxProgress}) p) AS progress`;

/** Reads what was committed between two moments. @param db of a `KeyedSession` */
export async function readChanges(db: Queryable, request: ChangeRequest): Promise<FoundChanges> {
  const { from, until, needs, limit } = request;
  const { rows } = await db.query<Row>({
    name: 'read-changes',
    text: statement,
    values: [
      String(from.end),
      from.open.map(String),
      until === undefined ? beyond : String(until.end),
      (until?.open ?? []).map(String),
      limit,
      ...changeTables.map((table) => idBefore(request, table)),
      needs.logs,
      needs.roots,
      needs.progress,
      request.fromSeconds - oldestDays * 86_400,
    ],
  });
  const [row] = rows;
  if (!row) throw new Error('expected one row of a statement that always has one, got none');
  return {
    now: parseSnapshot(row.now),
    seconds: row.seconds,
    run: row.run ?? [],
    file: row.file ?? [],
    log: row.log ?? [],
    progress: row.progress ?? [],
  };
}

/** The id after which rows of a table are wanted. */
function idBefore({ after }: ChangeRequest, table: ChangeTable): string {
  if (after === undefined) return '0';
  const position = changeTables.indexOf(table) - changeTables.indexOf(after.table);
  if (position === 0) return String(after.id);
  return position < 0 ? beyond : '0';
}
