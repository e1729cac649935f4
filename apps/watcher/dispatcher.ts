import type { SourceTask } from '#catalogue/sources.js';
import type { OpenRun } from '#contracts/open-run.js';
import { termsOf } from '#contracts/run-terms.js';
import {
  dispatchBatch,
  listTwins,
  markDuplicates,
  measureStretch,
  type Stretch,
  type Twins,
} from '#database/ledger/dispatch.js';
import type { Pool } from '#database/pool.js';
import type { Logger } from '#process/log.js';
import { activeTrace, inSpan } from '#process/tracing/spans.js';
import type { Carrier } from '#queue/carrier.js';
import { sendJobs } from '#queue/jobs.js';
import type { Disk } from './disk.js';

export interface DispatcherDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly disk: Disk;
  readonly log: Logger;
}

/** Milliseconds for which files of a batch that is not full wait when nothing more of its source is arriving, … */
const lingerMs = 300;
/** … and milliseconds after which it goes in any case: one file alone does not wait long for others. */
const maxWaitMs = 5_000;
/** Settled files looked at together, at least two batches: some may have to wait for others with the same bytes. */
const minStretch = 1_000;
/**
 * Limits of one pass, so that others have their turn: runs recorded, stretches looked at, stretches that gave no run.
 */
const runsAtOnce = 100;
const maxStretches = 20;
const maxUnproductive = 4;

/** Makes runs of what has settled. */
export interface Dispatcher {
  /**
   * One pass over what is settled in a source: duplicates are marked, the rest becomes batches, each a recorded run
   * whose job is added afterwards (promise 1). A job that cannot be added is the reconciler's to add.
   * @param arriving whether more files of the source are on their way
   * @returns whether more may be ready to go
   */
  pass(task: SourceTask, arriving: boolean): Promise<boolean>;
}

/**
 * Takes a source's files in path order, a stretch at a time, and keeps in mind how far it has come when it gives others
 * their turn. What it had to pass over comes when it begins again from the front.
 */
export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const reached = new Map<string, string>();
  /** Since when files of a source wait for a run, by this process's own clock. */
  const waiting = new Map<string, number>();
  return {
    async pass(task, arriving) {
      const name = task.source.name;
      const began = reached.get(name) ?? '';
      const runs: OpenRun[] = [];
      let next: string | undefined = began;
      let unproductive = 0;
      let stretches = 0;
      const waitedMs = (): number => {
        const since = waiting.get(name) ?? performance.now();
        waiting.set(name, since);
        return performance.now() - since;
      };
      try {
        while (
          next !== undefined &&
          stretches < maxStretches &&
          unproductive < maxUnproductive &&
          runs.length < runsAtOnce
        ) {
          const done = await dispatchStretch(deps, task, { arriving, after: next, runs, waitedMs });
          if (done.isEmpty && next === '') waiting.delete(name);
          next = done.next;
          stretches += 1;
          if (!done.moved) unproductive += 1;
        }
      } finally {
        reached.set(name, next ?? '');
        // What is left begins to wait anew.
        if (runs.length > 0) waiting.delete(name);
        await sendJobs(deps.carrier, runs, {
          onFailure: (message, error) => deps.log.warn({ err: error }, message),
        });
      }
      if (runs.length > 0)
        deps.log.info({ source: name, runs: runs.length }, `${runs.length} runs of ${task.name} recorded`);
      return stretches > unproductive && (next !== undefined || began !== '');
    },
  };
}

interface Progress {
  readonly arriving: boolean;
  readonly after: string;
  /** Filled with the runs that are recorded. */
  readonly runs: OpenRun[];
  /** For how many milliseconds files of the source have waited for a run. */
  waitedMs(): number;
}

interface Done {
  /** Whether no file waits behind the path. */
  readonly isEmpty: boolean;
  /** Whether any file was moved on. */
  readonly moved: boolean;
  /** The path to go on behind; undefined when nothing that could go lies there. */
  readonly next: string | undefined;
}

async function dispatchStretch(
  deps: DispatcherDeps,
  task: SourceTask,
  { arriving, after, runs, waitedMs }: Progress,
): Promise<Done> {
  const { source } = task;
  const { files, bytes } = source.batch;
  const limit = Math.max(2 * files, minStretch);
  const stretch: Stretch = { source: source.name, after, limit };
  const found = await measureStretch(deps.pool, stretch);
  if (found.files === 0) return { isEmpty: true, moved: false, next: undefined };
  const marked = await markTwins(deps, await listTwins(deps.pool, stretch));
  // That nothing more comes is a reason only from the front: files before could fill the batch.
  const waited = waitedMs();
  const flush = waited >= maxWaitMs || (after === '' && !arriving && waited >= lingerMs);
  const atLeast = flush ? 1 : files;
  let last: string | undefined;
  for (let left = found.files - marked; left >= atLeast && runs.length < runsAtOnce; ) {
    const range = { after: last ?? after, limit, atLeast };
    const batch = await inSpan(`dispatch ${source.name}`, { kind: 'producer', parent: null }, async (span) => {
      const dispatched = await dispatchBatch(
        deps.pool,
        source.name,
        { files, bytes },
        { ...termsOf(task), trigger: 'watcher', origin: { trace: activeTrace() } },
        (ids) => ({ files: ids.map(String) }),
        range,
      );
      if (dispatched) span.set({ 'millrace.run.id': dispatched.run.id, 'millrace.files': dispatched.files });
      else span.drop();
      return dispatched;
    });
    if (!batch) break;
    runs.push(batch.run);
    left -= batch.files;
    last = batch.last;
  }
  // All of a full stretch may be duplicates or wait for others with the same bytes: what lies behind has its turn.
  const next = last ?? (found.files === limit ? found.last : undefined);
  return { isEmpty: false, moved: marked > 0 || last !== undefined, next };
}

/**
 * Marks what is loaded already. A file that was moved is distinguished from a copy by what is at the other's path now.
 */
async function markTwins({ pool, disk }: DispatcherDeps, twins: readonly Twins[]): Promise<number> {
  if (twins.length === 0) return 0;
  const looks = await disk.look(twins.map(({ loaded }) => loaded.path));
  const duplicates = twins.map(({ fileId, loaded }, nth) => {
    const there = looks[nth];
    const lies = there?.kind === 'file' && there.file.size === loaded.size && there.file.mtimeNs === loaded.mtimeNs;
    return { fileId, loadedId: loaded.id, moved: !lies };
  });
  return await markDuplicates(pool, duplicates);
}
