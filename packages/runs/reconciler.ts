import { type MendKind, mends } from '#contracts/mends.js';
import type { Pool } from '#database/pool.js';
import { recordMends } from '#database/runs/mends.js';
import { boundDelays } from '#database/runs/readiness.js';
import {
  countOpenRuns,
  type ExpectedRun,
  keepUnchanged,
  listHeldRuns,
  listOpenRuns,
  listOverdueRuns,
  listReadyParents,
  releaseIdleWindows,
} from '#database/runs/reconcile.js';
import type { Logger } from '#process/log.js';
import { type Standstill, watchStandstill } from '#process/standstill.js';
import type { Carrier } from '#queue/carrier.js';
import { countOpenJobs, hurryJobs, type JobStanding, readStandings, restoreJobs } from '#queue/jobs.js';
import { letGoAll } from './parking.js';
import { removeStrayJobs } from './stray-jobs.js';

export interface ReconcilerDeps {
  readonly pool: Pool;
  readonly carrier: Carrier;
  readonly log: Logger;
  /** Milliseconds without a sign of life of a worker after which a run of it whose job is lost gets another. */
  readonly aliveMs: number;
  /** The same for a run whose job the carrier still takes for that worker's: longer than the job's lock lasts. */
  readonly goneMs: number;
  /** All queues that there are. */
  readonly queues: readonly string[];
  /** Whether this process is the one that reconciles. */
  leads(): Promise<boolean>;
  /** Milliseconds of a clock that only goes forward. */
  now?(): number;
}

/** Passes after which each open run is compared with its job, even if the counts look right. */
const thoroughEvery = 12;
const pageSize = 500;
/** For how long a run must have stood still without a job: one that moved a moment ago has its job on the way. */
const onTheWayMs = 2_000;
/** A pause between two passes after which what was seen before counts for nothing. */
const maxGapMs = 60_000;
/** Delayed runs whose time has come, and parents that wait for nothing, that are looked at in one pass. */
const maxOverdue = 100;

const noneHeld = { living: new Set<string>(), freed: 0 } as const;

/** Compares the record with the carrier. */
export interface Reconciler {
  /**
   * One pass. Finds recorded runs without a job (a flushed Redis, a crash between recording and adding) and adds them
   * again (promise 1); finds jobs that wait for nothing: for a worker that is gone or for a time that has passed,
   * because a clock was set, and makes them wait for a worker; removes jobs whose runs have ended. Of all processes one does it; for the others it is a
   * no-op.
   *
   * What is found must have been so for a while, by this process's own clock. It is counted, see `mends`.
   * @returns how much was mended
   */
  pass(): Promise<number>;
}

export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { pool, carrier, log } = deps;
  const standstill = watchStandstill(Math.max(maxGapMs, 2 * deps.aliveMs), deps.now);
  /** Queues in which something may be wrong; looked at in the next pass, too. */
  let suspected = new Set<string>();
  let passes = 0;

  return {
    async pass() {
      if (!(await deps.leads())) return 0;
      const thorough = passes % thoroughEvery === 0;
      passes += 1;
      const open = await countOpenRuns(pool);
      // A platform that has nothing to do is to cost next to nothing.
      const isAny = (kind: 'delayed' | 'running' | 'waiting' | 'held' | 'parked'): boolean =>
        open.some((each) => each[kind] > 0);
      const mended = new Map<MendKind, number>();
      const count = (kind: MendKind, number: number): void => {
        mended.set(kind, (mended.get(kind) ?? 0) + number);
      };
      if (isAny('delayed')) {
        await boundDelays(pool);
        count('overdue-job', await hurryOverdue(deps));
      }
      const { living, freed } = isAny('running') ? await watchHeldRuns(deps, standstill) : noneHeld;
      count('lost-attempt', freed);
      // Let go when a run of its task ended, as a rule; a worker that died then has let go of none.
      if (isAny('parked')) await letGoAll(deps);
      if (isAny('held')) count('idle-window', await releaseIdleWindows(pool));
      if (isAny('waiting')) count('parent-without-open-children', await wakeParents(deps, standstill));
      const suspects = new Set<string>();
      for (const { queue, runs } of open) {
        // Cheap first: with a job for every run there is most likely the right job for every run.
        if (!thorough && !suspected.has(queue) && (await countOpenJobs(carrier, queue)) >= runs) continue;
        const found = await reconcileQueue(deps, standstill, queue, living);
        count('run-without-job', found.restored);
        count('overdue-job', found.hurried);
        if (found.suspects > 0) suspects.add(queue);
      }
      suspected = suspects;
      standstill.sweep();
      if (thorough) count('job-without-run', await removeStrayJobs(deps, open));
      for (const [kind, number] of mended) if (number > 0) log.warn({ mended: kind, count: number }, mends[kind]);
      await recordMends(pool, mended);
      return [...mended.values()].reduce((sum, number) => sum + number, 0);
    },
  };
}

/**
 * Looks at the runs under way, and frees those whose worker has stood still for too long. The carrier does that by
 * itself when the job's lock runs out; this is for locks that do not, because they go by a clock that was set back.
 * @returns living: the runs that a living worker says it holds, whatever became of their jobs
 */
async function watchHeldRuns(
  { pool, carrier, aliveMs, goneMs }: ReconcilerDeps,
  standstill: Standstill,
): Promise<{ living: ReadonlySet<string>; freed: number }> {
  const living = new Set<string>();
  const gone: ExpectedRun[] = [];
  for (const { run, worker, beats, isConfirmed } of await listHeldRuns(pool)) {
    const stillMs = standstill.observe(`worker ${worker}`, beats);
    if (stillMs < aliveMs && isConfirmed) living.add(run.id);
    // Once freed, the next worker has its time to begin.
    const time = Math.floor(stillMs / goneMs);
    if (time > 0 && standstill.observe(`freed ${run.id}`, `${run.mark} ${time}`) === 0) gone.push(run);
  }
  const standings = await readStandings(carrier, gone);
  const stuck = await keepUnchanged(
    pool,
    gone.filter((_run, index) => standings[index] === 'active'),
  );
  await hurryJobs(carrier, stuck);
  return { living, freed: stuck.length };
}

/** The record says that their time has come, the carrier goes by another clock. */
async function hurryOverdue({ pool, carrier }: ReconcilerDeps): Promise<number> {
  const overdue = await listOverdueRuns(pool, onTheWayMs, maxOverdue);
  const standings = await readStandings(carrier, overdue);
  const late = overdue.filter((_run, index) => standings[index] === 'delayed');
  await hurryJobs(carrier, late);
  return late.length;
}

/**
 * The record says that all runs which a run invoked have ended; its job waits for one of theirs, whose worker died before
 * it could end it.
 */
async function wakeParents({ pool, carrier }: ReconcilerDeps, standstill: Standstill): Promise<number> {
  const found = await listReadyParents(pool, maxOverdue);
  const ready = found.filter((run) => standstill.observe(`ready ${run.id}`, run.mark) >= onTheWayMs);
  const standings = await readStandings(carrier, ready);
  const stuck = await keepUnchanged(
    pool,
    ready.filter((_run, index) => standings[index] === 'waiting-children'),
  );
  await restoreJobs(carrier, stuck);
  return stuck.length;
}

async function reconcileQueue(
  deps: ReconcilerDeps,
  standstill: Standstill,
  queue: string,
  living: ReadonlySet<string>,
): Promise<{ restored: number; hurried: number; suspects: number }> {
  const { pool, carrier } = deps;
  let restored = 0;
  let hurried = 0;
  let suspects = 0;
  let after: string | undefined;
  for (;;) {
    const page = await listOpenRuns(pool, queue, { after, limit: pageSize });
    const runs = page.filter((run) => !living.has(run.id));
    const standings = await readStandings(carrier, runs);
    const lost: ExpectedRun[] = [];
    const late: ExpectedRun[] = [];
    for (const [index, run] of runs.entries()) {
      const standing = standings[index] ?? 'none';
      const patienceMs = patience(deps, run, standing);
      if (patienceMs === undefined) continue;
      if (standstill.observe(`run ${run.id}`, `${run.mark} ${standing}`) < patienceMs) suspects += 1;
      else (standing === 'none' ? lost : late).push(run);
    }
    // Asked in this order, a run that ends in between is not taken for one that lost its job.
    const stillLost = await keepUnchanged(pool, lost);
    await restoreJobs(carrier, stillLost);
    const stillLate = await keepUnchanged(pool, late);
    await hurryJobs(carrier, stillLate);
    restored += stillLost.length;
    hurried += stillLate.length;
    after = page.at(-1)?.id;
    if (page.length < pageSize || after === undefined) return { restored, hurried, suspects };
  }
}

/** For how long a run and its job may be as they are; undefined: for ever, or others look after them. */
function patience({ aliveMs, goneMs }: ReconcilerDeps, run: ExpectedRun, job: JobStanding): number | undefined {
  switch (job) {
    case 'none':
      // A worker that has just begun may not have said so.
      return run.state === 'running' ? aliveMs : onTheWayMs;
    case 'active':
      // Its worker died between taking the job and beginning the attempt.
      return run.state === 'running' ? undefined : goneMs;
    case 'waiting-children':
      // Then it waits for others, or is looked after above.
      return run.state === 'waiting' ? undefined : goneMs;
    case 'delayed':
      // Put off until it is let go.
      if (run.parked) return undefined;
      // Given back for a second or two, by a clock that was set back since.
      return run.state === 'queued' || run.state === 'waiting' ? Math.max(aliveMs, onTheWayMs) : undefined;
    case 'waiting':
      return undefined;
  }
}
