import type pg from 'pg';
import { type FileState, finalRunStates } from '#contracts/states.js';
import { type WaitOptions, waitFor } from './wait.js';

/** A file as tests look at it. */
export interface SeenFile {
  readonly id: string;
  readonly path: string;
  readonly version: number;
  readonly current: boolean;
  readonly state: FileState;
  readonly code: string | null;
  readonly reason: string | null;
  readonly rows: number | null;
  readonly rejects: number;
  readonly run_id: string | null;
}

/** A run as tests look at it. */
export interface SeenRun {
  readonly id: string;
  readonly task: string;
  readonly state: string;
  readonly attempt: number;
  readonly failures: number;
  readonly losses: number;
  readonly error: { readonly name: string; readonly message: string } | null;
  readonly output: Readonly<Record<string, number>> | null;
  /** States of its attempts, in order. */
  readonly attempts: readonly string[];
}

/** States in which nothing more happens to a file by itself. */
const restingStates: readonly FileState[] = [
  'loaded',
  'duplicate',
  'quarantined',
  'superseded',
  'ignored',
  'discarded',
];

/** All versions of all files, by path and version. */
export async function listFiles(pool: pg.Pool): Promise<SeenFile[]> {
  const { rows } = await pool.query<SeenFile>(
    `SELECT id, path, version, current, state, code, reason, rows::int, rejects, run_id FROM ops.file ORDER BY path, version`,
  );
  return rows;
}

/** The states of the current versions, by path. */
export async function statesByPath(pool: pg.Pool): Promise<Record<string, FileState>> {
  return Object.fromEntries((await listFiles(pool)).filter((f) => f.current).map((f) => [f.path, f.state]));
}

/** All runs, oldest first. */
export async function listRuns(pool: pg.Pool): Promise<SeenRun[]> {
  const { rows } = await pool.query<SeenRun>(
    `SELECT r.id, r.task, r.state, r.attempt, r.failures, r.losses, r.error, r.output,
       ARRAY(SELECT a.state::text FROM ops.attempt a WHERE a.run_id = r.id ORDER BY a.number) AS attempts
     FROM ops.run r ORDER BY r.id`,
  );
  return rows;
}

/** The one number that a statement gives. */
export async function count(pool: pg.Pool, sql: string, values: unknown[] = []): Promise<number> {
  const { rows } = await pool.query<Record<string, unknown>>(sql, values);
  return Number(Object.values(rows[0] ?? {})[0]);
}

/**
 * Waits until `files` current files are known, each of them at rest, and no run is open.
 * @param files how many paths the inbox has
 * @param options.also what else has to hold, for changes that are not known yet
 */
export async function waitUntilQuiet(
  pool: pg.Pool,
  files: number,
  { also, ...options }: WaitOptions & { also?(): Promise<boolean> } = {},
): Promise<void> {
  await waitFor(
    `${files} files are at rest and no run is open`,
    async () => {
      const { rows } = await pool.query<{ known: number; moving: number; open: number }>(
        `SELECT (SELECT count(*)::int FROM ops.file WHERE current) AS known,
           (SELECT count(*)::int FROM ops.file WHERE state <> ALL ($1::ops.file_state[])) AS moving,
           (SELECT count(*)::int FROM ops.run WHERE state <> ALL ($2::ops.run_state[])) AS open`,
        [restingStates, finalRunStates],
      );
      const [seen] = rows;
      if (!seen || seen.known !== files || seen.moving > 0 || seen.open > 0) return undefined;
      return also === undefined || (await also()) ? true : undefined;
    },
    { show: () => summary(pool), ...options },
  );
}

/** Waits until a file's current version has a state. */
export async function waitForState(
  pool: pg.Pool,
  path: string,
  state: FileState,
  options: WaitOptions = {},
): Promise<SeenFile> {
  return await waitFor(
    `${path} is ${state}`,
    async () => (await listFiles(pool)).find((f) => f.path === path && f.current && f.state === state),
    { show: () => summary(pool), ...options },
  );
}

/** What is in the ledger and the run record, for a failing test. */
export async function summary(pool: pg.Pool): Promise<string> {
  const files = await pool.query(
    `SELECT source, state, current, count(*)::int AS files, min(path) AS path, min(reason) AS reason FROM ops.file GROUP BY 1, 2, 3 ORDER BY 1, 2`,
  );
  const runs = (await listRuns(pool)).slice(-20);
  return [...files.rows, ...runs].map((row) => JSON.stringify(row)).join('\n');
}
