import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCatalogue } from '#catalogue/catalogue.js';
import type { TestDatabase } from '#testing/database.js';
import * as testing from '#testing/task-runner.js';
import { withTestDatabase } from './database.js';
import { listRuns, type SeenRun } from './ledger.js';

/** Runs tasks of the own catalogue in this process, one after another, when the test says so. */
export interface TaskRunner extends testing.TaskRunner {
  /** Starts a task and does everything that waits; returns the run as it ended. */
  run(task: string, input: unknown): Promise<SeenRun>;
}

export type TaskRunnerOptions = Pick<testing.TaskRunnerOptions, 'star' | 'faceModel' | 'dataDir'>;

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
  inboxDir: string,
  options: TaskRunnerOptions,
): Promise<TaskRunner> {
  const runner = await testing.openTaskRunner(database, { ...options, inboxDir, catalogue: await loadCatalogue() });
  return {
    ...runner,
    async run(task, input) {
      const id = await runner.start(task, input);
      await runner.drain();
      const ended = (await listRuns(runner.pool)).find((run) => run.id === id);
      if (!ended) throw new Error(`run ${id} is gone`);
      return ended;
    },
  };
}
