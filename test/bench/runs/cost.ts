import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppProcess } from '../../helpers/child.js';
import type { TestRedis } from '../../helpers/redis.js';
import type { BenchServer } from '../load/server.js';
import { type ProcessFigures, ProcessMeter, type ProcessReading, postgresRole } from '../process-figures.js';
import { type Counts, openCounters, type StatementFigures } from './counters.js';
import type { BenchDatabase } from './database.js';
import type { Figures } from './figures.js';

/** Worker processes of whoever is measured, with the servers that they use. */
export interface Workers {
  readonly database: BenchDatabase;
  readonly redis: TestRedis | undefined;
  readonly processes: readonly AppProcess[];
  /** The folder that `probeEnvironment` was made with. */
  readonly probes: string;
  /** Ends the processes and waits for that. */
  stop(): Promise<void>;
}

/** What work did and what it cost. */
export interface Cost<T> {
  readonly result: T;
  readonly figures: Figures;
  readonly statements: readonly StatementFigures[];
}

/** Variables with which a process counts its round trips into a folder. */
export async function probeEnvironment(probes: string): Promise<NodeJS.ProcessEnv> {
  await rm(probes, { recursive: true, force: true });
  await mkdir(probes, { recursive: true });
  const probe = new URL('./trip-probe.js', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${probe}`, TRIP_PROBE: probes };
}

/**
 * Measures what workers and servers do for some work, by unit; what they did to get ready is left out. The workers are
 * ended after it, so that their sessions have reported everything.
 */
export async function measureCost<T>(
  server: BenchServer,
  workers: Workers,
  units: number,
  work: () => Promise<T>,
): Promise<Cost<T>> {
  const { database, redis, processes } = workers;
  const counters = await openCounters(server, database, redis);
  for (const { child } of processes) child.kill('SIGUSR2');
  const meter = new ProcessMeter((reading) => roleOf(server, workers, reading));
  const result = await work();
  const cpu = meter.stop();
  await workers.stop();
  const counts = await counters.read();
  const figures = {
    ...countsByUnit(counts, units),
    ...(await tripsByUnit(workers, units)),
    ...cpuByUnit(cpu, units),
  };
  return { result, figures, statements: await counters.statements() };
}

function roleOf(server: BenchServer, { processes, redis }: Workers, reading: ProcessReading): string | undefined {
  if (processes.some(({ pid }) => pid === reading.pid)) return 'workers';
  if (reading.pid === redis?.pid) return 'redis';
  return server.postmaster === undefined ? undefined : postgresRole(server.postmaster, reading);
}

function countsByUnit(counts: Counts, units: number): Figures {
  return {
    statements: counts.statements / units,
    commits: counts.commits / units,
    walKb: counts.walBytes / 1000 / units,
    walSyncs: counts.walSyncs / units,
    redisCommands: counts.redisCommands / units,
    redisReads: counts.redisReads / units,
  };
}

async function tripsByUnit({ database, redis, probes }: Workers, units: number): Promise<Figures> {
  const files = await readdir(probes);
  const found: Record<string, number>[] = await Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(probes, name), 'utf8'))),
  );
  const to = (url: string | undefined): number => {
    if (url === undefined) return 0;
    return found.reduce((sum, trips) => sum + (trips[new URL(url).port] ?? 0), 0) / units;
  };
  return { postgresTrips: to(database.url), redisTrips: to(redis?.url) };
}

/** Milliseconds of CPU. */
function cpuByUnit({ roles }: ProcessFigures, units: number): Figures {
  const of = (isMeant: (role: string) => boolean): number =>
    (roles.filter(({ role }) => isMeant(role)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0) * 1000) / units;
  return {
    workersCpuMs: of((role) => role === 'workers'),
    postgresCpuMs: of((role) => role.startsWith('postgres')),
    redisCpuMs: of((role) => role === 'redis'),
  };
}
