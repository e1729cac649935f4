import { messageOf } from '#contracts/errors.js';
import { type Backlog, dispatchBatch, listTwins, markDuplicates, readBacklogs } from '#database/ledger/dispatch.js';
import type { Pool } from '#database/pool.js';
import type { OpenRun } from '#database/runs/record-run.js';
import type { Logger } from '#process/log.js';
import type { Carrier } from '#queue/carrier.js';
import { addJobs } from '#queue/jobs.js';
import { liesAt } from '#runtime/open-file.js';
import type { SourceTask } from './sources.js';

export interface DispatcherDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly inboxDir: string;
  readonly log: Logger;
  readonly tasks: readonly SourceTask[];
  /** In place of the sources' own number of files, except where that is one. */
  readonly batchFiles?: number | undefined;
}

/** A batch that is not full goes when nothing more of its source is arriving and its first file waited so long, … */
const lingerMs = 300;
/** … or in any case after so long: one file alone does not wait long for company. */
const maxWaitMs = 5_000;
/** Runs recorded before their jobs are added together. */
const jobsAtOnce = 100;

/**
 * One pass over what is settled: duplicates are marked, the rest becomes batches, each a recorded run whose job is
 * added afterwards (promise 1). A job that cannot be added is the reconciler's to add.
 * @returns how many runs were recorded
 */
export async function dispatchPass(deps: DispatcherDeps): Promise<number> {
  let recorded = 0;
  for (const backlog of await readBacklogs(deps.pool)) {
    const task = deps.tasks.find((each) => each.source.name === backlog.source);
    if (task && backlog.settled > 0) recorded += await dispatchSource(deps, task, backlog);
  }
  return recorded;
}

async function dispatchSource(deps: DispatcherDeps, task: SourceTask, backlog: Backlog): Promise<number> {
  const { source } = task;
  const files = source.batch.files > 1 ? (deps.batchFiles ?? source.batch.files) : source.batch.files;
  let waiting = backlog.settled - (await findDuplicates(deps, source.name));
  const flush = backlog.oldestMs >= maxWaitMs || (backlog.arriving === 0 && backlog.oldestMs >= lingerMs);
  let runs = 0;
  let unsent: OpenRun[] = [];
  while (waiting >= files || (flush && waiting > 0)) {
    const batch = await dispatchBatch(
      deps.pool,
      source.name,
      { files, bytes: source.batch.bytes },
      {
        task: task.name,
        queue: task.queue,
        trigger: 'watcher',
        priority: task.priority,
        maxAttempts: task.retry.attempts,
      },
      (ids) => ({ files: ids.map(String) }),
    );
    if (!batch) break;
    runs += 1;
    waiting -= batch.files;
    unsent.push(batch.run);
    if (unsent.length >= jobsAtOnce) {
      await send(deps, unsent);
      unsent = [];
    }
  }
  await send(deps, unsent);
  if (runs > 0) deps.log.info({ source: source.name, runs }, `${runs} runs of ${task.name} recorded`);
  return runs;
}

/** Files whose duplicates are looked for together. */
const twinsAtOnce = 500;

/** Marks what is loaded already. A file that was moved is told from a copy by what lies at the other's path now. */
async function findDuplicates({ pool, inboxDir }: DispatcherDeps, source: string): Promise<number> {
  let found = 0;
  for (;;) {
    const twins = await listTwins(pool, source, twinsAtOnce);
    const duplicates = await Promise.all(
      twins.map(async ({ fileId, loaded }) => ({
        fileId,
        loadedId: loaded.id,
        moved: !(await liesAt(inboxDir, loaded)),
      })),
    );
    const marked = await markDuplicates(pool, duplicates);
    found += marked;
    // None marked: what stood there has been taken away meanwhile, and the next pass looks again.
    if (marked === 0 || twins.length < twinsAtOnce) return found;
  }
}

async function send(deps: DispatcherDeps, runs: readonly OpenRun[]): Promise<void> {
  try {
    await addJobs(deps.carrier, runs);
  } catch (error) {
    deps.log.warn({ err: error }, `jobs could not be added, the reconciler will: ${messageOf(error)}`);
  }
}
