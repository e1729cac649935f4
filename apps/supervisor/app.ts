import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { datasetsOf, loadCatalogue, readableDatasets } from '#catalogue/catalogue.js';
import { appSettings, environmentFor, type SettingKey } from '#config/app-settings.js';
import type { Config } from '#config/config.js';
import { SetupError } from '#contracts/errors.js';
import { ensureDatasets } from '#database/datasets/tables.js';
import { ensureDictionary } from '#database/dictionary/dictionary.js';
import { applyMigrations } from '#database/migrations/apply.js';
import { resolveFaceModel } from '#faces/model/resolve.js';
import { tryToListen } from '#process/listen.js';
import { takeFileLock } from '#process/lock-file.js';
import { type MainContext, setupErrorExitCode } from '#process/run-main.js';
import { type SupervisorState, writeSupervisorState } from '#process/supervisor-state.js';
import { migrateCarrier } from '#queue/migrate.js';
import { awaitRedis } from '#queue/redis.js';
import { provideDataFolder, provideInbox } from './checks.js';
import { launchChild } from './child.js';
import { awaitGivenDatabase, type Database, databaseStopMs, embeddedDatabaseUnit, patienceMs } from './database.js';
import { endEarlierRun } from './earlier-run.js';
import { renderSummary } from './summary.js';
import { Unit } from './unit.js';

/** One process to keep running. */
export interface ProcessSpec {
  readonly name: string;
  /** Absolute path of its entry. */
  readonly script: string;
  /** The settings that it is given besides the common ones; none if not given. */
  readonly settings?: readonly SettingKey[];
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
}

/**
 * A worker's objects are few and its buffers many; V8 takes the buffers for a reason to look through the objects again and
 * again, a quarter of its time, unless its heap may grow a little first. docker-compose.yaml says the same.
 */
const workerOptions = ['--initial-old-space-size=128'];

/** Processes by when they are stopped: the first group first, each group at once. */
export type ProcessGroups = readonly (readonly ProcessSpec[])[];

const appsFolder = fileURLToPath(new URL('..', import.meta.url));
const entryOf = (app: string): string => join(appsFolder, app, 'main.js');

/** What takes work in stops before what does the work. */
export function standardProcesses({ workers }: Config): ProcessGroups {
  return [
    [
      { name: 'api', script: entryOf('api'), settings: appSettings.api },
      { name: 'watcher', script: entryOf('watcher'), settings: appSettings.watcher },
    ],
    Array.from({ length: workers }, (_, index) => ({
      name: `worker-${index + 1}`,
      script: entryOf('worker'),
      settings: appSettings.worker,
      nodeOptions: workerOptions,
    })),
  ];
}

/** How long a process may overrun its own deadline before it is killed, in milliseconds. */
const graceMs = 2000;

/** The supervisor's own deadline: groups after one another, then the database. */
export const supervisorStopMs = ({ stopTimeoutMs }: Config): number =>
  2 * (stopTimeoutMs + graceMs) + databaseStopMs + 10_000;

/** What is to be killed when there is no time for a stop. */
export interface Supervised {
  killAll(): void;
}

type SupervisorContext = Pick<MainContext, 'config' | 'env' | 'umask' | 'log' | 'releasers' | 'stop'>;

/**
 * Brings everything up in order — tasks, folders, port, database, migrations, face model, processes — and keeps it up.
 * Returns when all processes are ready; the releasers stop them, the database last.
 * @throws SetupError in one line for whatever only a person can mend
 */
export async function startSupervisor(
  { config, env, umask, log, releasers, stop }: SupervisorContext,
  supervised: (handle: Supervised) => void,
  processes: ProcessGroups = standardProcesses(config),
): Promise<void> {
  const begin = performance.now();
  const units: Unit[] = [];
  supervised({
    killAll() {
      for (const unit of units.toReversed()) unit.kill();
    },
  });

  const catalogue = await loadCatalogue(config.tasksDir);
  await provideDataFolder(config.dataDir, log);
  await provideInbox(config.inboxDir, umask);
  const lock = takeFileLock(join(config.dataDir, 'supervisor.lock'), `the data folder ${config.dataDir}`);
  releasers.add('lock', () => lock.release());
  await endEarlierRun(config.dataDir, config.stopTimeoutMs + graceMs, log);
  await tryToListen(config.host, config.port);

  const startedAt = new Date().toISOString();
  const saveState = (): void => {
    const state: SupervisorState = { pid: process.pid, startedAt, processes: units.map((unit) => unit.state) };
    writeSupervisorState(config.dataDir, state);
  };
  /** Registers the unit's stop before its start, so that a stop that comes meanwhile finds it. */
  const supervise = (group: string, members: Unit[]): void => {
    units.push(...members);
    releasers.add(group, async () => void (await Promise.all(members.map((unit) => unit.stop()))));
  };

  // Needs the network at most, so it goes on beside the database.
  const faceModel = resolveFaceModel({
    dataDir: config.dataDir,
    log: (message) => log.info(message),
    ...(config.faceModel === undefined ? {} : { faceModel: config.faceModel }),
  });
  faceModel.catch(() => {});

  const database = await openDatabase();
  if (config.redisUrl !== undefined) await awaitRedis(config.redisUrl, patienceMs, log);
  const { applied } = await applyMigrations(database.url);
  if (applied.length > 0) log.info({ applied }, `applied ${applied.length} database migrations`);
  const { changes } = await ensureDatasets(database.url, datasetsOf(catalogue));
  for (const change of changes) log.info(change);
  await ensureDictionary(
    database.url,
    [...readableDatasets(catalogue).values()].map(({ dataset }) => dataset),
  );
  await migrateCarrier({
    databaseUrl: database.url,
    ...(config.redisUrl === undefined ? {} : { redisUrl: config.redisUrl }),
  });
  const model = await faceModel;

  const given: NodeJS.ProcessEnv = {
    ...env,
    ...{ DATABASE_URL: database.url, FACE_MODEL: model.setting },
    // Of one process, and these are several; empty, so that .env does not bring it back.
    HEALTH_PORT: '',
  };
  const groups = processes.map((group) =>
    group.map((spec) => unitOf(spec, environmentFor(spec.settings ?? [], given))),
  );
  // Stopped in the reverse order of registration.
  for (const group of groups.toReversed()) supervise(group.map((unit) => unit.state.name).join(', '), group);
  await Promise.all(groups.flat().map((unit) => unit.start()));

  const summary = {
    config,
    database: database.description,
    faceModel: `${model.name}: ${model.why}`,
    tookMs: performance.now() - begin,
  };
  if (config.logFormat === 'json')
    log.info({ inbox: config.inboxDir, database: summary.database, faceModel: model.name }, 'ready');
  else process.stdout.write(`${renderSummary(summary)}\n`);

  async function openDatabase(): Promise<Database> {
    if (config.databaseUrl !== undefined) return await awaitGivenDatabase(config.databaseUrl, log);
    log.info('starting the embedded PostgreSQL');
    const { unit, started } = embeddedDatabaseUnit(config, log, saveState);
    supervise('postgres', [unit]);
    await unit.start();
    return started();
  }

  function unitOf({ name, script, nodeOptions = [] }: ProcessSpec, childEnvironment: NodeJS.ProcessEnv): Unit {
    return new Unit({
      name,
      log,
      onChange: saveState,
      hangTimeoutMs: config.hangTimeoutMs,
      launch: () =>
        launchChild({
          name,
          nodeOptions,
          script,
          env: childEnvironment,
          stopMs: config.stopTimeoutMs + graceMs,
          log,
          onOutputClosed: () => stop('nobody reads the output any more'),
        }),
      isFinal: ({ code }) =>
        code === setupErrorExitCode
          ? new SetupError(`${name} cannot start with these settings; see its line above`)
          : undefined,
    });
  }
}
