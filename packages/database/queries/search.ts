import type { Labels } from '#contracts/run-terms.js';
import type { FileState, RunState } from '#contracts/states.js';
import { preferIndexes } from '../changes/pending.js';
import type { Pool, Tx } from '../pool.js';
import { conditions, containsPattern, startPattern } from './conditions.js';
import { readTogether } from './reading.js';
import { instantSql, shortInstant } from './times.js';
import { type WorkerState, workerStateSql } from './workers.js';

/** What is looked for. */
export interface Search {
  /** As people type it, without blanks around it. */
  readonly text: string;
  /** Names of the tasks whose runs are looked for by idempotency key. */
  readonly tasks: readonly string[];
  /** Most of each kind. */
  readonly limit: number;
}

export interface RunHit {
  readonly id: string;
  readonly task: string;
  readonly state: RunState;
  readonly idempotencyKey: string | null;
  readonly labels: Labels;
  /** ISO-8601 in UTC. */
  readonly createdAt: string;
}
export interface FileHit {
  readonly id: string;
  readonly path: string;
  readonly state: FileState;
  readonly source: string | null;
  /** ISO-8601 in UTC. */
  readonly seenAt: string;
}
export interface ScheduleHit {
  readonly name: string;
  readonly task: string;
  /** Null where it has an interval. */
  readonly cron: string | null;
}
export interface WorkerHit {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly state: WorkerState;
}

/** What the record has of it. */
export interface Found {
  readonly runs: readonly RunHit[];
  readonly files: readonly FileHit[];
  readonly schedules: readonly ScheduleHit[];
  readonly workers: readonly WorkerHit[];
}

/** How long each of its statements may take: ms. */
const searchMs = 2_000;
/** Runs whose labels are looked at. */
const labelledRuns = 10_000;

/**
 * Runs, files, schedules and workers by what people know of them. Each statement reads a few rows by an index, or a small table, or the newest
 * runs; so no answer depends on how many there are. Given up after a while: SQLSTATE 57014.
 */
export async function searchRecord(pool: Pool, search: Search): Promise<Found> {
  return await readTogether(pool, searchMs, async (tx) => {
    await preferIndexes(tx);
    return {
      runs: await findRuns(tx, search),
      files: await findFiles(tx, search),
      schedules: await findSchedules(tx, search),
      workers: await findWorkers(tx, search),
    };
  });
}

/** The least and the greatest id that begin with a text of 6 hexadecimal digits or more, with or without dashes. */
function idsFrom(text: string): readonly [low: string, high: string] | undefined {
  const digits = text.replaceAll('-', '');
  return /^[0-9a-f]{6,32}$/i.test(digits) ? [digits.padEnd(32, '0'), digits.padEnd(32, 'f')] : undefined;
}

async function findRuns(tx: Tx, { text, tasks, limit }: Search): Promise<RunHit[]> {
  const found = new Map<string, RunHit>();
  const ids = idsFrom(text);
  if (ids) await add('ops.run r', 'r.id BETWEEN $1::uuid AND $2::uuid', [...ids]);
  await add('ops.run r', 'r.idempotency_key = $1 AND r.task = ANY ($2::text[])', [text, tasks]);
  await add('ops.run r', 'r.task = $1', [text]);
  const newest = `(SELECT * FROM ops.run ORDER BY id DESC LIMIT ${labelledRuns}) r`;
  const hasLabel = `EXISTS (SELECT FROM jsonb_each_text(r.labels) l WHERE lower($1) IN (lower(l.value), lower(l.key || ':' || l.value)))`;
  await add(newest, `r.labels <> '{}' AND ${hasLabel}`, [text]);
  return [...found.values()];

  async function add(runs: string, condition: string, values: unknown[]): Promise<void> {
    if (found.size >= limit) return;
    const { rows } = await tx.query<RunHit>(
      `SELECT r.id, r.task, r.state, r.idempotency_key AS "idempotencyKey", r.labels, ${instantSql('r.created_at')} AS "createdAt"
       FROM ${runs} WHERE ${condition} ORDER BY r.id DESC LIMIT ${limit}`,
      values,
    );
    for (const row of rows.slice(0, limit - found.size))
      found.set(row.id, { ...row, createdAt: shortInstant(row.createdAt) });
  }
}

const nameSql = `lower(split_part(f.path, '/', -1))`;

async function findFiles(tx: Tx, { text, limit }: Search): Promise<FileHit[]> {
  const shown = `f.id, f.path, f.state, f.source, ${instantSql('f.seen_at')} AS "seenAt"`;
  const id = /^[1-9][0-9]{0,17}$/.test(text) ? text : null;
  const { rows } = await tx.query<FileHit>(
    `SELECT ${shown} FROM ops.file f WHERE f.id = $1::bigint
     UNION ALL SELECT ${shown} FROM ops.file f WHERE f.path = $2 AND f.current AND f.id IS DISTINCT FROM $1::bigint
     UNION ALL (
       SELECT ${shown} FROM ops.file f WHERE ${nameSql} LIKE lower($3) AND f.current AND f.path <> $2 AND f.id IS DISTINCT FROM $1::bigint
       ORDER BY ${nameSql} USING ~<~, f.id DESC LIMIT $4
     ) LIMIT $4`,
    [id, text, startPattern(text), limit],
  );
  return rows.map((row) => ({ ...row, seenAt: shortInstant(row.seenAt) }));
}

async function findSchedules(tx: Tx, { text, limit }: Search): Promise<ScheduleHit[]> {
  const where = conditions();
  const part = where.param(containsPattern(text));
  const start = where.param(startPattern(text));
  const { rows } = await tx.query<ScheduleHit>(
    `SELECT name, task, cron FROM ops.schedule WHERE name ILIKE ${part} OR task ILIKE ${part}
     ORDER BY lower(name) = lower(${where.param(text)}) DESC, name ILIKE ${start} DESC, name ILIKE ${part} DESC, name LIMIT ${where.param(limit)}`,
    where.values,
  );
  return rows;
}

async function findWorkers(tx: Tx, { text, limit }: Search): Promise<WorkerHit[]> {
  const where = conditions();
  const start = where.param(startPattern(text));
  const part = where.param(containsPattern(text));
  const { rows } = await tx.query<WorkerHit>(
    `SELECT w.id, w.host, w.pid, ${workerStateSql} AS state FROM ops.worker w WHERE w.id ILIKE ${start} OR w.host ILIKE ${part}
     ORDER BY w.id ILIKE ${start} DESC, w.stopped_at IS NOT NULL, w.started_at DESC LIMIT ${where.param(limit)}`,
    where.values,
  );
  return rows;
}
