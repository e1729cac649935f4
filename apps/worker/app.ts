import { hostname } from 'node:os';
import { v7 as uuidv7 } from 'uuid';
import { loadCatalogue, queuesOf } from '#catalogue/catalogue.js';
import type { appSettings } from '#config/app-settings.js';
import { rollUpWhenDue } from '#database/changes/roll-up.js';
import { coverMonths } from '#database/history/months.js';
import { seekLease } from '#database/leases/lease.js';
import { openPool } from '#database/pool.js';
import { databaseClock } from '#database/schedules/schedule-types.js';
import { openLiveSettings, settingsEveryMs } from '#database/settings/live-settings.js';
import { beatHeart, stopHeart, type WorkerIdentity } from '#database/workers/heartbeat.js';
import { recordTasks } from '#database/workers/tasks.js';
import { taskBodies } from '#loading/task-body.js';
import { every } from '#process/every.js';
import { answerHealth } from '#process/health.js';
import type { Logger } from '#process/log.js';
import type { AppConfig } from '#process/read-settings.js';
import type { Releasers } from '#process/releasers.js';
import { readVersion } from '#process/version.js';
import { watchVitals } from '#process/vitals.js';
import { openCarrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import { watchAttempts } from '#runs/attempt-watch.js';
import { createExecutor } from '#runs/executor.js';
import { letGoAll } from '#runs/parking.js';
import { createReconciler } from '#runs/reconciler.js';
import { refreshSummaries } from '#runs/refresh-summaries.js';
import { createRunRecord, groupKinds } from '#runs/run-record.js';
import { serverPaths } from '#runs/server-paths.js';
import { createServices } from '#runs/services.js';
import { createScheduler } from '#schedules/scheduler.js';
import { syncSchedules } from '#schedules/sync.js';

/** What a worker is configured with. */
export interface WorkerDeps {
  readonly config: AppConfig<(typeof appSettings)['worker'][number]>;
  readonly databaseUrl: string;
  readonly log: Logger;
  readonly releasers: Releasers;
}

/** A worker that takes jobs. */
export interface WorkerApp {
  readonly identity: WorkerIdentity;
  readonly queues: readonly string[];
}

/** How often a worker looks whether the history has partitions for the coming months. */
const coverMonthsMs = 6 * 60 * 60_000;

/** The share of the stop's deadline that runs get to finish before they are given back. */
const finishShare = 0.6;

/**
 * Starts a worker: it takes jobs of every queue, runs the tasks, and compares the record with the carrier's jobs. Its
 * stop, through the releasers, takes no more jobs, lets runs finish for a while, and gives the rest back.
 */
export async function startWorker({ config, databaseUrl, log, releasers }: WorkerDeps): Promise<WorkerApp> {
  const definitions = await loadCatalogue(config.tasksDir);
  const queues = queuesOf(definitions);
  const slots = [...queues.values()].reduce((sum, count) => sum + count, 0);
  const aliveMs = config.reconcileIntervalMs * 3;
  const goneMs = config.jobLockMs + aliveMs;
  const identity: WorkerIdentity = {
    ...{ id: uuidv7(), host: hostname(), pid: process.pid },
    terms: { version: readVersion(), slots: Object.fromEntries(queues), beatMs: config.reconcileIntervalMs, goneMs },
  };
  const vitals = watchVitals();
  releasers.add('vitals', () => vitals.close());

  const onError = (error: Error): void =>
    log.warn({ err: error }, 'database connection failed while idle; the pool opens another when it is needed');
  const actor = `worker:${identity.id}`;
  const pool = openPool({
    url: databaseUrl,
    name: `millrace worker ${process.pid}`,
    // A run holds one connection for its transaction while its log and heartbeat need others.
    max: slots + 4,
    actor,
    onError,
  });
  releasers.add('database pool', () => pool.end());
  const groupPool = openPool({
    url: databaseUrl,
    name: `millrace worker ${process.pid}`,
    max: groupKinds,
    actor,
    onError,
    byKey: true,
  });
  releasers.add('database pool of the run record', () => groupPool.end());
  const settings = openLiveSettings(pool, definitions);
  const { catalogue } = settings;
  const carrierTrouble = (error: Error): void =>
    log.warn({ err: error }, `carrier connection failed: ${error.message}; reconnecting`);
  const carrier = openCarrier({ databaseUrl, redisUrl: config.redisUrl }, 'background', carrierTrouble);
  releasers.add('carrier', () => carrier.close());
  const services = createServices(
    {
      pool,
      inboxDir: config.inboxDir,
      dataDir: config.dataDir,
      lakeDir: config.lakeDir,
      footageDir: config.footageDir,
      loadMemory: config.loadMemoryMb * 2 ** 20,
      pageMemory: config.pageMemoryMb * 2 ** 20,
      faceModel: config.faceModel,
    },
    log,
  );
  releasers.add('task services', () => services.close());

  const giveBack = new AbortController();
  const executor = createExecutor({
    pool,
    record: createRunRecord({ groupPool, pool }),
    carrier,
    worker: identity,
    catalogue,
    definitions,
    services,
    log,
    // Tasks import what lies beside them, in the folder that this process was started in as a rule.
    paths: serverPaths([
      config.inboxDir,
      config.dataDir,
      config.lakeDir,
      config.footageDir,
      ...config.tasksDir,
      process.cwd(),
    ]),
    stop: giveBack.signal,
    watch: watchAttempts(pool, log),
    followUpsOff: new Set(config.star === 'off' ? ['refresh-star'] : []),
    loadBody: taskBodies(config.tasksDir),
  });

  await coverMonths(pool);
  const months = every(
    coverMonthsMs,
    () => coverMonths(pool),
    (error) => log.warn({ err: error }, 'partitions of the coming months could not be made; it is tried again'),
  );
  releasers.add('partitions of the history', () => months.stop());
  await beatHeart(pool, identity, [], vitals.take());
  // For people who ask the database; what runs is decided by the catalogue of each process.
  await recordTasks(pool, [...definitions.values()]).catch((error: unknown) =>
    log.warn({ err: error }, 'the list of tasks in the database was not brought up to date; the next start does it'),
  );
  releasers.add('heartbeat record', () => stopHeart(pool, identity.id));
  const beat = every(
    config.reconcileIntervalMs,
    () => beatHeart(pool, identity, executor.active(), vitals.take()),
    (error) => log.warn({ err: error }, 'heartbeat could not be written; it is tried again'),
  );
  releasers.add('heartbeat', () => beat.stop());

  const onSettingsError = (error: unknown): void =>
    log.warn({ err: error }, 'settings of tasks could not be read; those that were read last hold until they can');
  // Before anything is recorded by them.
  await settings.refresh().catch(onSettingsError);
  const refresh = every(
    settingsEveryMs,
    async () => {
      if (!(await settings.refresh())) return;
      log.info('settings of tasks have changed');
      await letGoAll({ pool, carrier, log });
    },
    onSettingsError,
  );
  releasers.add('settings of tasks', () => refresh.stop());

  const lease = seekLease({
    url: databaseUrl,
    name: 'millrace reconciler',
    // Nothing is written there: what it does may be done twice.
    sessions: `millrace reconciler ${identity.id}`,
    onOther: () => log.debug('another worker reconciles; this one waits until that one ends or hangs'),
    onError: (error) =>
      log.warn(
        { err: error },
        `database session of the reconciler's lease failed: ${error.message}; taking the lease again`,
      ),
  });
  releasers.add('reconciler lease', () => lease.close());
  const reconciler = createReconciler({
    pool,
    carrier,
    log,
    aliveMs,
    goneMs,
    queues: [...queues.keys()],
    leads: async () => (await lease.held()) !== undefined,
  });
  const reconcile = every(
    config.reconcileIntervalMs,
    () => reconciler.pass(),
    (error) => log.warn({ err: error }, 'reconciliation of runs with jobs failed; it is tried again'),
  );
  releasers.add('reconciler', () => reconcile.stop());
  const addUp = every(
    config.reconcileIntervalMs,
    async () => {
      if (await lease.held()) await rollUpWhenDue(pool);
    },
    (error) => log.warn({ err: error }, 'counts of runs and files could not be added up; it is tried again'),
  );
  releasers.add('counts of runs and files', () => addUp.stop());

  const recorded = await syncSchedules({ pool, catalogue, clock: databaseClock, log });
  const summaries = await refreshSummaries(pool, catalogue).catch((error: unknown) => {
    log.warn({ err: error }, 'files without figures could not be looked for; the next start does it');
    return [];
  });
  await sendJobs(carrier, [...recorded, ...summaries], {
    onFailure: (message, error) => log.warn({ err: error }, message),
    limitMs: config.reconcileIntervalMs,
  });
  const scheduler = createScheduler({ pool, carrier, catalogue, log });
  const fire = every(
    () => scheduler.waitMs(),
    () => scheduler.pass(),
    (error) => log.warn({ err: error }, 'slots of schedules could not be looked for; it is tried again'),
  );
  releasers.add('scheduler', async () => {
    await fire.stop();
    await scheduler.close();
  });

  const workers = [...queues].map(([queue, concurrency]) =>
    carrier.worker(queue, (job, token) => executor.process(job, token), { concurrency, lockMs: config.jobLockMs }),
  );
  releasers.add('runs under way', async () => {
    const patience = setTimeout(
      () => giveBack.abort(new Error('the worker stops')),
      config.stopTimeoutMs * finishShare,
    );
    await Promise.all(workers.map((worker) => worker.close()));
    clearTimeout(patience);
  });
  for (const worker of workers) {
    void worker.run().catch((error: unknown) => log.error({ err: error }, `the worker of ${worker.name} ended`));
  }
  await Promise.all(workers.map((worker) => worker.waitUntilReady()));
  await answerHealth({
    ...{ port: config.healthPort, host: config.healthHost, log, releasers },
    checks: {
      database: async () => void (await pool.query('SELECT 1')),
      carrier: async () => void (await carrier.ping()),
      queues: async () => {
        const idle = workers.filter((worker) => !worker.isRunning() || worker.isPaused()).map(({ name }) => name);
        return idle.length === 0 ? undefined : `takes no jobs from: ${idle.join(', ')}`;
      },
    },
    facts: async () => ({ worker: identity.id, running: executor.active().length }),
  });
  return { identity, queues: [...queues.keys()] };
}
