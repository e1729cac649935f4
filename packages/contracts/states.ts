/**
 * Glossary of the states that the ledger and the run record know. docs/states.md draws them.
 *
 * Each constant says who moves it on, and what a crash leaves behind.
 */

/** States of a file, that is of one version of one path in the inbox. */
export const fileStates = [
  /**
   * Seen, but size or mtime moved lately. The watcher moves it to `settled` once both stand still; a crash leaves it
   * here and the next scan looks at it again.
   */
  'arriving',
  /**
   * Stands still and is hashed. The dispatcher puts it in a batch; a crash leaves it here for the next dispatch. One that is
   * `waiting` refers to rows that no loaded file has: the load that brings the last of them lets it go.
   */
  'settled',
  /**
   * In the batch of a run. The run's commit moves it on; a crash leaves it here and the run's next attempt takes over.
   */
  'loading',
  /** Its rows are in the dataset; moved only by a newer version (`superseded`) or a replay. */
  'loaded',
  /**
   * Same bytes as a file of this source that is loaded. End state until replayed; if the bytes were moved here from
   * that file's path, the run that takes its rows away settles this one again.
   */
  'duplicate',
  /** Could not be loaded, `reason` says why; a person replays or discards it, or drops a better version. */
  'quarantined',
  /**
   * Its path has newer content, or had it for a while; end state. Its rows, if any, went when the newer version was
   * committed.
   */
  'superseded',
  /** No source takes this name; listed so that it is not lost from sight. End state until the sources change. */
  'ignored',
  /** A person looked at the quarantined file and wants no more of it; the bytes stay in the inbox. End state. */
  'discarded',
] as const;
export type FileState = (typeof fileStates)[number];

/** States of a run, that is of one execution of a task for one input. */
export const runStates = [
  /**
   * Recorded; its job is in the carrier or will be put there by the reconciler. A worker moves it on. One that is held has
   * no job before another of its window has ended.
   */
  'queued',
  /** Not before `availableAt`: asked for later, or a retry's backoff. The carrier's delayed job moves it on. */
  'delayed',
  /**
   * Its children have not ended, or not those of one of the invocations that it waits for. Its job comes back when theirs are
   * over, or when one of them finds that it may go on, and a worker begins the next attempt. A crash
   * leaves it here; the reconciler sees to it that there is a job which comes back.
   */
  'waiting',
  /**
   * A worker holds it. The attempt's commit ends it; a crash leaves it here until the carrier or the reconciler
   * gives the job to another worker, whose attempt number fences the old one.
   */
  'running',
  'succeeded',
  /** Not tried again by itself. A person may retry it: then it is `queued`, or `waiting` for runs below it. */
  'failed',
  /** Stopped by a person, with all below it, in one commit. It may be retried like one that failed. */
  'cancelled',
] as const;
export type RunState = (typeof runStates)[number];

/** The states of a run that has not ended. */
export const openRunStates = ['queued', 'delayed', 'waiting', 'running'] as const satisfies readonly RunState[];

/** The states that a run never leaves, unless somebody retries it. */
export const finalRunStates = ['succeeded', 'failed', 'cancelled'] as const satisfies readonly RunState[];
export type FinalRunState = (typeof finalRunStates)[number];

/** The final states of a run that a person may retry. */
export const retryableStates = ['failed', 'cancelled'] as const satisfies readonly FinalRunState[];

export const isFinal = (state: string): state is FinalRunState => finalRunStates.some((final) => final === state);

/** States of an attempt, that is of one try of a run by one worker. */
export const attemptStates = [
  'running',
  'succeeded',
  'failed',
  /** Its worker died, stalled or was cut off; a later attempt took the run over. */
  'lost',
  'cancelled',
  /** Given back because its worker was asked to stop; costs the run nothing. */
  'released',
  /** Gave the slot back while its children run. */
  'suspended',
] as const;
export type AttemptState = (typeof attemptStates)[number];
