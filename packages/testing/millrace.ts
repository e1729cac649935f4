import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { datasetsOf, loadCatalogue } from '#catalogue/catalogue.js';
import { sourceOf, sourceTasks } from '#catalogue/sources.js';
import { isFileTask } from '#contracts/file-task.js';
import type { Pool } from '#database/pool.js';
import { withDatabase } from './database.js';
import { startTestServer } from './server.js';
import { openTaskRunner, type TaskRunner } from './task-runner.js';

/** What tasks a test has, and on which database. */
export interface TestMillraceOptions {
  /** As TASKS_DIR: folders of tasks, relative to the working directory; those that come with Millrace are there, too. */
  readonly tasksDir: string | readonly string[];
  /**
   * Address of a PostgreSQL 15 or newer as a role that may make databases and roles. Left out, the embedded one is started
   * once per process, in a folder that is removed when the process ends.
   */
  readonly serverUrl?: string;
}

/** One line of a run's log. */
export interface LogLine {
  readonly attempt: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: unknown;
}

/** A file of a run, as the ledger has it after the run. */
export interface EndedFile {
  readonly id: string;
  /** Below the inbox. */
  readonly path: string;
  /** For example `loaded`, `duplicate`, `quarantined`. */
  readonly state: string;
  /** Of a file that could not be loaded: the kind of fault, and what was expected and what came. */
  readonly code: string | null;
  readonly reason: string | null;
  readonly rows: number | null;
  /** Parts of it that could not be taken, for example bad events. */
  readonly rejects: number;
}

/** A run that has ended. */
export interface EndedRun {
  readonly id: string;
  readonly task: string;
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly input: unknown;
  /** Null unless it succeeded. */
  readonly output: unknown;
  readonly error: { readonly name: string; readonly message: string; readonly code?: string } | null;
  /** Attempts that were begun. */
  readonly attempts: number;
  /** In the order in which it was given them. */
  readonly files: readonly EndedFile[];
  readonly log: readonly LogLine[];
}

/** A Millrace in this process, with an inbox and a database of its own, that does what the test says, when it says it. */
export interface TestMillrace {
  /** Absolute. */
  readonly inboxDir: string;
  /** A role that owns the test's database and may do nothing else. */
  readonly pool: Pool;
  /**
   * Puts a file in the inbox and settles it, as the watcher does; nothing is loaded yet. A path that was there before
   * becomes a new version.
   * @returns its id, for the input of a file task
   * @throws Error when no source takes the name
   */
  drop(path: string, content: string | Uint8Array): Promise<string>;
  /** Loads all files that were dropped and wait, a run for each source; returns these runs as they ended. */
  load(): Promise<EndedRun[]>;
  /**
   * Runs a task to its end, with all runs that it invokes or that follow it. Retries do not wait for their time.
   * @throws Error when no task has this name, InvalidInputError when the input does not fit its schema
   */
  run(task: string, input: unknown): Promise<EndedRun>;
  /** The rows of a statement. */
  rows(sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

let server: Promise<string> | undefined;

/**
 * Runs a test with tasks of yours on a real, migrated PostgreSQL, with the tables of declared datasets; removes database
 * and inbox after. Tests may run beside each other.
 * @throws SetupError in one line that names the file when a task cannot be loaded
 */
export async function withMillrace(
  { tasksDir, serverUrl }: TestMillraceOptions,
  work: (millrace: TestMillrace) => Promise<void>,
): Promise<void> {
  const folders = [tasksDir].flat().map((folder) => resolve(folder));
  const catalogue = await loadCatalogue(folders);
  if (serverUrl === undefined) server ??= startTestServer();
  const inboxDir = await mkdtemp(join(tmpdir(), 'millrace-inbox-'));
  const dataDir = await mkdtemp(join(tmpdir(), 'millrace-data-'));
  try {
    await withDatabase(serverUrl ?? (await server) ?? '', datasetsOf(catalogue), async (database) => {
      const runner = await openTaskRunner(database, { catalogue, tasksDir: folders, inboxDir, dataDir });
      try {
        await work(testMillrace(runner, inboxDir));
      } finally {
        await runner.close();
      }
    });
  } finally {
    for (const folder of [inboxDir, dataDir]) await rm(folder, { recursive: true, force: true });
  }
}

function testMillrace(runner: TaskRunner, inboxDir: string): TestMillrace {
  const { pool, deps } = runner;
  const tasks = sourceTasks(deps.catalogue);
  const runAll = async (): Promise<void> => {
    do await runner.drain();
    while (await hurryRetries(pool));
  };
  return {
    inboxDir,
    pool,
    async drop(path, content) {
      const source = sourceOf(tasks, path);
      if (source === null) {
        const known = tasks.map((task) => `${task.source.name} (${task.source.description})`).join(', ');
        throw new Error(`expected a name that a source takes, got ${JSON.stringify(path)}; there are ${known}`);
      }
      return await runner.drop(source, path, Buffer.from(content));
    },
    async load() {
      const runs: string[] = [];
      for (const task of tasks.filter(isFileTask)) {
        const files = await settledFiles(pool, task.source.name);
        if (files.length > 0) runs.push(await runner.start(task.name, { files }));
      }
      await runAll();
      return await Promise.all(runs.map((id) => readEnded(pool, id)));
    },
    async run(task, input) {
      const id = await runner.start(task, input);
      await runAll();
      return await readEnded(pool, id);
    },
    async rows(sql, values = []) {
      return (await pool.query<Record<string, unknown>>(sql, [...values])).rows;
    },
  };
}

/** Lets the retries that wait begin now. @returns whether there are any */
async function hurryRetries(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE ops.run SET state = 'queued', available_at = now(), updated_at = now() WHERE state = 'delayed'`,
  );
  return (rowCount ?? 0) > 0;
}

async function settledFiles(pool: Pool, source: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT id FROM ops.file WHERE source = $1 AND state = 'settled' AND current ORDER BY id`,
    [source],
  );
  return rows.map(({ id }) => id);
}

async function readEnded(pool: Pool, id: string): Promise<EndedRun> {
  const { rows } = await pool.query<Omit<EndedRun, 'files' | 'log'>>(
    'SELECT id, task, state, input, output, error, attempt AS attempts FROM ops.run WHERE id = $1',
    [id],
  );
  const [run] = rows;
  if (run === undefined) throw new Error(`the run ${id} is gone`);
  const files = await pool.query<EndedFile>(
    `SELECT f.id, f.path, f.state, f.code, f.reason, f.rows::int, f.rejects FROM ops.run_file r JOIN ops.file f ON f.id = r.file_id
     WHERE r.run_id = $1 ORDER BY r.ordinal`,
    [id],
  );
  const log = await pool.query<LogLine>(
    'SELECT attempt, level, message, fields FROM ops.log WHERE run_id = $1 ORDER BY id',
    [id],
  );
  return { ...run, files: files.rows, log: log.rows };
}
