import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Catalogue } from '#catalogue/catalogue.js';
import { settleFiles } from '#database/ledger/settle.js';
import { recordSightings } from '#database/ledger/sightings.js';
import type { Begin } from '#database/runs/attempt-types.js';
import { beginAttempt } from '#database/runs/attempts.js';
import { mayGoOn } from '#database/runs/readiness.js';
import { beatHeart } from '#database/workers/heartbeat.js';
import { taskBodies } from '#loading/task-body.js';
import { createLogger } from '#process/log.js';
import { openCarrier } from '#queue/carrier.js';
import { runAttempt } from '#runs/attempt.js';
import { watchAttempts } from '#runs/attempt-watch.js';
import type { ExecutorDeps } from '#runs/executor.js';
import { createRunRecord } from '#runs/run-record.js';
import { serverPaths } from '#runs/server-paths.js';
import { createServices } from '#runs/services.js';
import { startRun } from '#runs/start-run.js';
import type { TestDatabase } from './database.js';

/** A worker's insides in this process: does the runs of a catalogue's tasks one after another, when it is asked to. */
export interface TaskRunner extends TestDatabase {
  readonly deps: ExecutorDeps;
  /** Puts a file in the inbox and in the ledger as settled, in place of an earlier version; returns its id. */
  drop(source: string, path: string, bytes: Uint8Array): Promise<string>;
  /** The same with a file that is in the inbox. @param sha256 of its bytes if not given */
  enter(source: string, path: string, sha256?: string): Promise<string>;
  /** Records a run as the API does; returns its id. */
  start(task: string, input: unknown): Promise<string>;
  /** Begins and ends attempts until no run is queued, those without priority first. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** How the tasks of a test run. */
export interface TaskRunnerOptions {
  readonly catalogue: Catalogue;
  /** The folders that the catalogue was loaded with. */
  readonly tasksDir?: readonly string[];
  readonly inboxDir: string;
  readonly dataDir?: string;
  /** Whether loads are followed by refresh-star; true if not given. */
  readonly star?: boolean;
  /** The setting FACE_MODEL. */
  readonly faceModel?: string | undefined;
}

/** Opens a runner over a migrated database and an inbox of the caller's. */
export async function openTaskRunner(database: TestDatabase, options: TaskRunnerOptions): Promise<TaskRunner> {
  const { catalogue, tasksDir = [], inboxDir, dataDir = inboxDir, star = true, faceModel } = options;
  const { pool, url } = database;
  const log = createLogger({ name: 'test', level: 'fatal', format: 'json' });
  const worker = { id: uuidv7(), host: hostname(), pid: process.pid };
  await beatHeart(pool, worker, []);
  const carrier = openCarrier({ databaseUrl: url }, 'background', () => {});
  const lakeDir = join(dataDir, 'lake');
  const footageDir = join(dataDir, 'footage');
  const memory = { loadMemory: 2 ** 24, pageMemory: 192 * 2 ** 20 };
  const services = createServices({ pool, inboxDir, dataDir, lakeDir, footageDir, ...memory, faceModel }, log);
  const deps: ExecutorDeps = {
    pool,
    record: createRunRecord({ groupPool: pool, pool }),
    carrier,
    worker,
    catalogue,
    services,
    log,
    paths: serverPaths([inboxDir, dataDir, ...tasksDir]),
    stop: new AbortController().signal,
    watch: watchAttempts(pool, log),
    followUpsOff: new Set(star ? [] : ['refresh-star']),
    loadBody: taskBodies(tasksDir),
  };
  const enter = async (source: string, path: string, sha256?: string): Promise<string> => {
    const hash = sha256 ?? (await hashOf(join(inboxDir, path)));
    const { size, mtimeNs } = await stat(join(inboxDir, path), { bigint: true });
    await recordSightings(pool, [{ path, source, size, mtimeNs }]);
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM ops.file WHERE path = $1 AND current', [path]);
    const id = rows[0]?.id ?? '';
    await settleFiles(pool, [{ id: BigInt(id), size, mtimeNs, sha256: hash }]);
    return id;
  };
  return {
    ...database,
    deps,
    enter,
    async start(name, input) {
      const task = catalogue.get(name);
      if (!task) throw new Error(`no task is named ${name}; there are ${[...catalogue.keys()].join(', ')}`);
      return (await startRun({ pool, catalogue }, task, { input, trigger: 'api' })).id;
    },
    async drain() {
      for (;;) {
        const { rows } = await pool.query<{ id: string }>(
          `SELECT id FROM ops.run r WHERE (state = 'queued' AND NOT held) OR (state = 'waiting' AND ${mayGoOn})
           ORDER BY priority, id LIMIT 1`,
        );
        const [next] = rows;
        if (!next) return;
        await runAttempt(deps, begun(await beginAttempt(pool, next.id, worker.id)));
      }
    },
    async drop(source, path, bytes) {
      await mkdir(dirname(join(inboxDir, path)), { recursive: true });
      await writeFile(join(inboxDir, path), bytes);
      return await enter(source, path);
    },
    async close() {
      await services.close();
      await carrier.close();
    },
  };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The run that an attempt has begun. @throws when there is nothing to do */
export function begun(begin: Begin): Extract<Begin, { kind: 'begun' }>['run'] {
  if (begin.kind !== 'begun') throw new Error(`expected a run to begin, got ${JSON.stringify(begin)}`);
  return begin.run;
}
