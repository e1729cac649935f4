import type { Pool } from '#database/pool.js';
import { readSignsOfLife } from '#database/queries/liveness.js';
import { every } from '#process/every.js';
import { watchStandstill } from '#process/standstill.js';
import { withTimeLimit } from '#process/time-limit.js';
import type { Carrier } from '#queue/carrier.js';
import { type QueueStoppage, readStoppage } from '#queue/stoppage.js';
import { Movement } from './movement.js';

export interface PlatformDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  /** Names of the queues that have to be worked on. */
  readonly queues: readonly string[];
  /** How often a worker gives a sign of life, in milliseconds. */
  readonly beatMs: number;
  /** How long a look may take, in milliseconds. */
  readonly lookMs: number;
  onError(error: unknown): void;
}

/** What the other processes do, as far as it can be seen from here. The reasons hold nothing that a stranger could use. */
export interface Platform {
  /** Why nothing watches the inbox; undefined when something does, or it cannot be known. */
  watcher(): Promise<string | undefined>;
  /** Why jobs are not worked on; undefined when they are, or it cannot be known. */
  workers(): Promise<string | undefined>;
  /** Which queues somebody has stopped or slowed down; undefined when none, or it cannot be known. */
  queues(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** A watcher gives a sign of life every two seconds or sooner. */
const slowestWatcherMs = 2_000;

/** Looks at the other processes again and again: one look does not show whether something moves. */
export function observePlatform(deps: PlatformDeps): Platform {
  const { pool, carrier, queues, beatMs, lookMs, onError } = deps;
  const aliveMs = 3 * Math.max(beatMs, slowestWatcherMs);
  const watcher = new Movement();
  const workers = new Movement();
  /** By queue: for how long it has had the same job that nobody takes. */
  const idle = watchStandstill(aliveMs);
  let untaken: readonly string[] = [];
  let knowsDatabase = false;
  let stoppages: ReadonlyMap<string, QueueStoppage> | undefined;

  const lookAtDatabase = async (): Promise<void> => {
    knowsDatabase = false;
    const signs = await withTimeLimit(readSignsOfLife(pool), lookMs, 'the database');
    watcher.look(signs.watcher ? [signs.watcher] : []);
    workers.look(signs.workers);
    knowsDatabase = true;
  };
  const lookAtQueues = async (): Promise<void> => {
    stoppages = undefined;
    const read = Promise.all(queues.map(async (name) => [name, await readStoppage(carrier, name)] as const));
    stoppages = new Map(await withTimeLimit(read, lookMs, 'the carrier'));
    untaken = [...stoppages].flatMap(([name, { idleJob: job, paused }]) =>
      job !== undefined && !paused && idle.observe(name, job) > aliveMs ? [name] : [],
    );
    idle.sweep();
  };
  let looking: Promise<void> | undefined;
  /** Many may ask at once; they share a look. */
  const look = (): Promise<void> => {
    looking ??= Promise.allSettled([lookAtDatabase(), lookAtQueues()]).then((results) => {
      looking = undefined;
      for (const result of results) if (result.status === 'rejected') onError(result.reason);
    });
    return looking;
  };
  const repeated = every(beatMs / 2, look, onError);

  const names = (found: readonly string[]): string => found.join(', ');
  return {
    async watcher() {
      await look();
      if (!knowsDatabase || watcher.alive(aliveMs) > 0) return undefined;
      return 'no watcher leads, or the one that does has given no sign of life lately; new files are not seen';
    },
    async workers() {
      await look();
      if (knowsDatabase && workers.alive(aliveMs) === 0) {
        return 'no worker has given a sign of life lately; runs are recorded and wait';
      }
      if (stoppages === undefined || untaken.length === 0) return undefined;
      return `jobs wait, and no worker takes them from: ${names(untaken)}`;
    },
    async queues() {
      await look();
      const all = [...(stoppages ?? [])];
      const paused = all.filter(([, { paused }]) => paused).map(([name]) => name);
      const limited = all.filter(([, { rateLimited }]) => rateLimited).map(([name]) => name);
      const reasons = [
        ...(paused.length > 0 ? [`paused: ${names(paused)}`] : []),
        ...(limited.length > 0 ? [`rate-limited: ${names(limited)}`] : []),
      ];
      return reasons.length > 0 ? reasons.join('; ') : undefined;
    },
    close: () => repeated.stop(),
  };
}
