import { queuesOf } from '#catalogue/catalogue.js';
import { messageOf } from '#contracts/errors.js';
import { fileStates, type openRunStates, runStates } from '#contracts/states.js';
import { isConnectionError } from '#database/error-kinds.js';
import type { Pool } from '#database/pool.js';
import { listPausedTasks, listUnfiredSlots, type UnfiredSlots } from '#database/queries/attention.js';
import { type LoadRates, readLoadRates } from '#database/queries/load-rates.js';
import { readQueues, readQueueWaits, readWorkerFigures } from '#database/queries/platform-figures.js';
import { countRuns } from '#database/queries/run-counts.js';
import { countFiles, countRunsByState, type StateCounts } from '#database/queries/summary.js';
import type { WorkerState } from '#database/queries/workers.js';
import { shareFor } from '#process/share-for.js';
import { TimeLimitError, withTimeLimit } from '#process/time-limit.js';
import type { ApiDeps } from '../deps.js';

/** Who asks within this time gets what was read already, however many ask: ms. */
const freshMs = 1_000;
/** How long an answer waits for one of its parts: ms. */
const partMs = 2_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Workers without a sign of life that are named. */
const maxQuiet = 20;

type OpenRunState = (typeof openRunStates)[number];

/** Runs of a queue that have not ended. */
export interface QueueDepth {
  readonly name: string;
  readonly queued: number;
  readonly delayed: number;
  readonly waiting: number;
  readonly running: number;
  /** For how long the run that has waited longest could have begun: seconds; 0 when none waits. */
  readonly oldestSeconds: number;
}

/** Worker processes that give signs of life, and how many lately did not. */
export interface WorkerStates {
  readonly living: number;
  readonly silent: number;
  readonly lost: number;
  /** Those that are silent or lost, the last started first, at most 20. */
  readonly quiet: {
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly state: 'silent' | 'lost';
    readonly silentSeconds: number;
  }[];
}

/** Runs recorded in the last 24 hours and a bit that have failed. */
export interface FailedRuns {
  /** The begin of the hour 24 hours ago: ISO-8601 in UTC. */
  readonly since: string;
  readonly count: number;
  /** The most frequent first. */
  readonly tasks: { readonly task: string; readonly count: number }[];
}

type Counts = Readonly<Record<string, number>>;

/** The names of its parts. */
export const overviewParts = [
  'runs',
  'files',
  'loads',
  'queues',
  'workers',
  'failedRuns',
  'schedules',
  'pausedTasks',
  'pausedQueues',
] as const;
export type OverviewPart = (typeof overviewParts)[number];

/** What the parts of the overview are. */
export interface OverviewParts {
  readonly runs: Counts;
  readonly files: Counts;
  readonly loads: LoadRates;
  readonly queues: QueueDepth[];
  readonly workers: WorkerStates;
  readonly failedRuns: FailedRuns;
  readonly schedules: UnfiredSlots[];
  readonly pausedTasks: string[];
  readonly pausedQueues: string[];
}

/** What was read; null: not known, and why. */
export type Overview = { readonly [Part in OverviewPart]: OverviewParts[Part] | null } & {
  readonly unknown: { readonly part: OverviewPart; readonly reason: string }[];
};

/** How each part is read. */
type Readers = { readonly [Part in OverviewPart]: () => Promise<OverviewParts[Part]> };

/** @returns reads what the platform does now; each part at most once a second, and one that is late is not waited for */
export function overviewOf({ pool, carrier, catalogue, log }: ApiDeps): () => Promise<Overview> {
  const queues = [...queuesOf(catalogue).keys()].sort();
  const readers: Readers = {
    runs: shareFor(freshMs, async () => countsOf(runStates, await countRunsByState(pool))),
    files: shareFor(freshMs, async () => countsOf(fileStates, await countFiles(pool))),
    loads: shareFor(freshMs, () => readLoadRates(pool)),
    queues: shareFor(freshMs, () => readDepths(pool, queues)),
    workers: shareFor(freshMs, () => readWorkers(pool)),
    failedRuns: shareFor(freshMs, () => countFailed(pool)),
    schedules: shareFor(freshMs, () => listUnfiredSlots(pool)),
    pausedTasks: shareFor(freshMs, () => listPausedTasks(pool)),
    pausedQueues: shareFor(freshMs, async () => {
      const paused = await Promise.all(queues.map((name) => carrier.queue(name).isPaused()));
      return queues.filter((_, index) => paused[index]);
    }),
  };
  return async () => {
    const unknown: { part: OverviewPart; reason: string }[] = [];
    const read = async <Part extends OverviewPart>(part: Part): Promise<OverviewParts[Part] | null> => {
      const from = part === 'pausedQueues' ? 'the carrier' : 'the database';
      try {
        return await withTimeLimit<OverviewParts[Part]>(readers[part](), partMs, from);
      } catch (error) {
        const reason = reasonOf(error, from);
        log.warn({ part }, `the overview goes without ${part}, ${reason}: ${messageOf(error)}`);
        unknown.push({ part, reason });
        return null;
      }
    };
    const [runs, files, loads, depths, workers, failedRuns, schedules, pausedTasks, pausedQueues] = await Promise.all([
      read('runs'),
      read('files'),
      read('loads'),
      read('queues'),
      read('workers'),
      read('failedRuns'),
      read('schedules'),
      read('pausedTasks'),
      read('pausedQueues'),
    ]);
    return {
      ...{ runs, files, loads, queues: depths, workers },
      ...{ failedRuns, schedules, pausedTasks, pausedQueues, unknown },
    };
  };
}

function reasonOf(error: unknown, from: string): string {
  if (error instanceof TimeLimitError) return error.message;
  if (isConnectionError(error)) return `${from} cannot be reached`;
  return 'it could not be read; the log of the API says why';
}

const countsOf = (states: readonly string[], counts: StateCounts): Counts =>
  Object.fromEntries(states.map((state) => [state, counts.get(state) ?? 0]));

/** @param known queues that are shown even if nothing is in them */
async function readDepths(pool: Pool, known: readonly string[]): Promise<QueueDepth[]> {
  const figures = await readQueues(pool);
  const names = [...new Set([...known, ...figures.map(({ queue }) => queue)])].sort();
  const waits = await readQueueWaits(pool, names);
  return names.map((name) => {
    const open = (wanted: OpenRunState): number =>
      figures.find(({ queue, state }) => queue === name && state === wanted)?.count ?? 0;
    return {
      ...{ name, queued: open('queued'), delayed: open('delayed'), waiting: open('waiting'), running: open('running') },
      oldestSeconds: waits.find(({ queue }) => queue === name)?.seconds ?? 0,
    };
  });
}

async function readWorkers(pool: Pool): Promise<WorkerStates> {
  const workers = await readWorkerFigures(pool);
  const count = (wanted: WorkerState): number => workers.filter(({ state }) => state === wanted).length;
  return {
    ...{ living: count('living'), silent: count('silent'), lost: count('lost') },
    quiet: workers
      .flatMap(({ id, host, pid, state, silentSeconds }) =>
        state === 'silent' || state === 'lost' ? [{ id, host, pid, state, silentSeconds }] : [],
      )
      .slice(0, maxQuiet),
  };
}

async function countFailed(pool: Pool): Promise<FailedRuns> {
  // From the begin of an hour the tally alone answers.
  const since = new Date(Math.floor((Date.now() - dayMs) / hourMs) * hourMs).toISOString();
  const { count, groups } = await countRuns(pool, { states: ['failed'], from: since }, 'task');
  return { since, count, tasks: groups.map(({ value, count: runs }) => ({ task: value ?? '', count: runs })) };
}
