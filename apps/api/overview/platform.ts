import { hostname } from 'node:os';
import { queuesOf } from '#catalogue/catalogue.js';
import { messageOf } from '#contracts/errors.js';
import type { Pool } from '#database/pool.js';
import { shareFor } from '#process/share-for.js';
import { readSupervisorState, type SupervisorState } from '#process/supervisor-state.js';
import { withTimeLimit } from '#process/time-limit.js';
import { readVersion } from '#process/version.js';
import type { Carrier } from '#queue/carrier.js';
import { type QueueState, readQueueState } from '#queue/queue-state.js';
import type { ApiDeps } from '../deps.js';
import type { Checks } from '../health/checks.js';
import type { Fault } from '../health/fault.js';

/** Who asks within this time gets what was read already, however many ask: ms. */
const freshMs = 1_000;
/** How long an answer waits for one of its parts: ms. */
const partMs = 2_000;
/** The supervisor's name of the PostgreSQL that it starts. */
const embeddedName = 'postgres';

/** What Millrace runs on. */
export interface Platform {
  /** Of the API process that answers. */
  readonly process: {
    readonly version: string;
    readonly host: string;
    readonly pid: number;
    readonly node: string;
    /** ISO-8601 in UTC. */
    readonly startedAt: string;
  };
  /** Null: not known at the moment. */
  readonly database: { readonly version: string; readonly embedded: boolean } | null;
  readonly carrier: {
    readonly kind: Carrier['kind'];
    /** By name; null: not known at the moment. */
    readonly queues: QueueState[] | null;
    /** Whether people may pause and limit queues in Bull Board. */
    readonly actions: boolean;
  };
  /** What looks after this process and others of the machine; null: nothing does. */
  readonly supervisor: SupervisorState | null;
  /** What is missing for the platform to do its work. */
  readonly faults: Fault[];
}

/** @returns reads what Millrace runs on, and what is missing; at most once a second */
export function platformOf(
  { pool, carrier, catalogue, config, log }: ApiDeps,
  checks: Pick<Checks, 'faults'>,
): () => Promise<Platform> {
  const names = [...queuesOf(catalogue).keys()].sort();
  const own = {
    ...{ version: readVersion(), host: hostname(), pid: process.pid, node: process.version },
    startedAt: new Date(performance.timeOrigin).toISOString(),
  };
  const part = async <T>(what: string, work: Promise<T>): Promise<T | null> => {
    try {
      return await withTimeLimit(work, partMs, what);
    } catch (error) {
      log.debug({ err: error }, `the platform is shown without ${what}: ${messageOf(error)}`);
      return null;
    }
  };
  return shareFor(freshMs, async () => {
    const [version, queues, faults] = await Promise.all([
      part('the database', readServerVersion(pool)),
      part('the carrier', Promise.all(names.map((name) => readQueueState(carrier, name)))),
      checks.faults(),
    ]);
    const supervisor = supervisorOf(config.dataDir);
    return {
      process: own,
      database: version === null ? null : { version, embedded: supervisor?.processes.some(isEmbedded) === true },
      carrier: { kind: carrier.kind, queues, actions: config.queueActions === 'on' },
      supervisor,
      faults,
    };
  });
}

const isEmbedded = ({ name }: { readonly name: string }): boolean => name === embeddedName;

/** The state of the supervisor that this process has: another one may have left its own in the folder. */
function supervisorOf(dataDir: string): SupervisorState | null {
  const state = readSupervisorState(dataDir);
  return state?.processes.some(({ pid }) => pid === process.pid) === true ? state : null;
}

async function readServerVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  return rows[0]?.version ?? '';
}
