import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadCatalogue } from '#catalogue/catalogue.js';
import { loadTaskBody } from '#loading/task-body.js';
import { runAttempt } from '#runs/attempt.js';
import type { ExecutorDeps } from '#runs/executor.js';
import { startRun } from '#runs/start-run.js';
import { createServices } from '../../apps/worker/services.js';
import { type TestDatabase, withTestDatabase } from './database.js';
import { listRuns, type SeenRun } from './ledger.js';
import { begun, openStubWorker } from './stub-worker.js';

/** Runs tasks of the catalogue in this process, one after another, when the test says so. */
export interface TaskRunner extends TestDatabase {
  readonly deps: ExecutorDeps;
  /** Puts a file in the inbox and in the ledger as settled, instead of an earlier version; returns its id. */
  drop(source: string, path: string, bytes: Uint8Array): Promise<string>;
  /** The same with a file that is in the inbox; its hash is taken as given. */
  enter(source: string, path: string, sha256: string): Promise<string>;
  /** Records a run as the API does; returns its id. */
  start(task: string, input: unknown): Promise<string>;
  /** Starts a task and does everything that waits; returns the run as it ended. */
  run(task: string, input: unknown): Promise<SeenRun>;
  /** Begins and ends attempts until no run is queued, those without priority first. */
  drain(): Promise<void>;
}

/** How the tasks of a test run. */
export interface TaskRunnerOptions {
  /** Whether loads are followed by refresh-star; true if not given. */
  readonly star?: boolean;
  /** The setting FACE_MODEL. */
  readonly faceModel?: string;
}

/** Runs a test with a database and an inbox of its own. */
export async function withTaskRunner(
  options: TaskRunnerOptions,
  work: (runner: TaskRunner) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-tasks-'));
  try {
    await withTestDatabase(async (database) => {
      const runner = await openTaskRunner(database, dir, options);
      try {
        await work(runner);
      } finally {
        await runner.close();
      }
    });
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** The same over a database and an inbox of the caller's. */
export async function openTaskRunner(
  database: TestDatabase,
  dir: string,
  { star = true, faceModel }: TaskRunnerOptions,
): Promise<TaskRunner & { close(): Promise<void> }> {
  const { pool } = database;
  const catalogue = await loadCatalogue();
  const stub = await openStubWorker(database, dir, () => Promise.reject(new Error('not used')));
  const services = createServices({ ...stub.deps.services, faceModel }, stub.deps.log);
  const deps: ExecutorDeps = {
    ...stub.deps,
    services,
    catalogue,
    loadBody: loadTaskBody,
    followUpsOff: new Set(star ? [] : ['refresh-star']),
  };
  const start = async (name: string, input: unknown): Promise<string> => {
    const task = catalogue.get(name);
    if (!task) throw new Error(`no task is named ${name}`);
    return (await startRun(pool, task, { input, trigger: 'api' })).id;
  };
  const drain = async (): Promise<void> => {
    for (;;) {
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM ops.run WHERE state = 'queued' ORDER BY priority, id LIMIT 1`,
      );
      const [next] = rows;
      if (!next) return;
      await runAttempt(deps, begun(await stub.begin(next.id)));
    }
  };
  const enter = async (source: string, path: string, sha256: string): Promise<string> => {
    const { size, mtimeNs } = await stat(join(dir, path), { bigint: true });
    await pool.query('UPDATE ops.file SET current = false WHERE path = $1', [path]);
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO ops.file (source, path, version, size, mtime_ns, sha256, state, settled_at)
       VALUES ($1, $2, (SELECT count(*) + 1 FROM ops.file WHERE path = $2), $3, $4, $5, 'settled', now()) RETURNING id`,
      [source, path, size, mtimeNs, sha256],
    );
    return rows[0]?.id ?? '';
  };
  return {
    ...database,
    deps,
    start,
    drain,
    enter,
    async run(task, input) {
      const id = await start(task, input);
      await drain();
      const ended = (await listRuns(pool)).find((run) => run.id === id);
      if (!ended) throw new Error(`run ${id} is gone`);
      return ended;
    },
    async drop(source, path, bytes) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), bytes);
      return await enter(source, path, createHash('sha256').update(bytes).digest('hex'));
    },
    async close() {
      await services.close();
      await stub.close();
    },
  };
}
