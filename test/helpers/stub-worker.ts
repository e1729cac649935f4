import { join } from 'node:path';
import { Type } from 'typebox';
import { FileTaskInput, FileTaskOutput } from '#contracts/file-task.js';
import { defineTask, type TaskDefinition } from '#contracts/task.js';
import type { Pool } from '#database/pool.js';
import type { Begin } from '#database/runs/attempt-types.js';
import { beginAttempt } from '#database/runs/attempts.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { createLogger } from '#process/log.js';
import { openCarrier } from '#queue/carrier.js';
import type { AnyTaskRun } from '#runs/attempt.js';
import { watchAttempts } from '#runs/attempt-watch.js';
import type { TaskContext } from '#runs/context.js';
import type { ExecutorDeps } from '#runs/executor.js';
import { createRunRecord } from '#runs/run-record.js';
import { serverPaths } from '#runs/server-paths.js';

/** The most ordinary task of files, whose retries do not wait long. */
export const stubTask = defineTask({
  name: 'stub',
  description: 'Does what a test says',
  queue: 'stub',
  input: FileTaskInput,
  output: FileTaskOutput,
  retry: { attempts: 3, backoffMs: 10, maxBackoffMs: 20 },
  timeoutMs: 60_000,
  concurrency: 1,
  priority: 0,
  source: { name: 'stubs', description: 'stubs', matches: () => false, batch: { files: 10, bytes: 1e9 } },
});

/** A task without files. */
export const plainTask = defineTask({
  ...withoutSource(stubTask),
  name: 'plain',
  input: Type.Object({}),
  output: Type.Object({ rows: Type.Integer() }),
});

function withoutSource({ source: _source, ...rest }: TaskDefinition): TaskDefinition {
  return rest;
}

export interface StubWorker {
  readonly deps: ExecutorDeps;
  /** Takes a run over, as a worker does that was handed its job. */
  begin(runId: string): Promise<Begin>;
  close(): Promise<void>;
}

/** A worker's insides in this process, with a body of the test's own. */
export async function openStubWorker(
  { pool, url }: { pool: Pool; url: string },
  inboxDir: string,
  body: (context: TaskContext, input: unknown) => Promise<unknown>,
  stop: AbortSignal = new AbortController().signal,
): Promise<StubWorker> {
  const worker = { id: `stub-${Math.random()}`, host: 'test', pid: process.pid };
  await beatHeart(pool, worker, []);
  const carrier = openCarrier({ databaseUrl: url }, 'background', () => {});
  const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
  const loadBody = (): Promise<AnyTaskRun> => Promise.resolve(body);
  return {
    deps: {
      pool,
      record: createRunRecord({ groupPool: pool, pool }),
      carrier,
      worker,
      catalogue: new Map([
        [stubTask.name, stubTask],
        [plainTask.name, plainTask],
      ]),
      services: {
        pool,
        inboxDir,
        dataDir: inboxDir,
        lakeDir: join(inboxDir, 'lake'),
        footageDir: join(inboxDir, 'footage'),
        loadMemory: 2 ** 24,
        pageMemory: 192 * 2 ** 20,
        shared: (_key, open) => open(),
      },
      paths: serverPaths([inboxDir]),
      log,
      stop,
      watch: watchAttempts(pool, log),
      loadBody,
    },
    begin: (runId) => beginAttempt(pool, runId, worker.id),
    close: () => carrier.close(),
  };
}
