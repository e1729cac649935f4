import type { Catalogue } from '#catalogue/catalogue.js';
import type { RunSchedule } from '#contracts/schedule.js';
import type { InputOf, OutputOf, TaskDefinition, TaskLog } from '#contracts/task.js';
import type { Pool, Tx } from '#database/pool.js';
import type { Fence, RunError } from '#database/runs/attempt-types.js';
import type { FollowUps } from './follow.js';
import type { Invocations } from './invocations.js';
import type { Steps } from './step.js';

/** What a worker process shares among the tasks it runs. */
export interface WorkerServices {
  /** For reads outside `commit`; never for rows of a dataset, which only `commit` may write. */
  readonly pool: Pool;
  readonly inboxDir: string;
  readonly dataDir: string;
  /** Where the task `export` writes. */
  readonly lakeDir: string;
  /** Folder with the frames of recordings. */
  readonly footageDir: string;
  /** Bytes of rows that one load may hold on their way to the database. */
  readonly loadMemory: number;
  /** Bytes of parquet pages that all loads of this process may hold together. */
  readonly pageMemory: number;
  /** A model file that the settings name. */
  readonly faceModel?: string | undefined;
  /** Opens something costly once per process (a pool of threads, a model) and closes it when the worker stops. */
  shared<T extends { close(): Promise<void> }>(key: string, open: () => Promise<T>): Promise<T>;
}

/** What a task's body has to work with, for one attempt of one run. */
export interface TaskContext extends Invocations, Steps, FollowUps {
  readonly fence: Fence;
  readonly task: string;
  /** The schedule whose run this is, with its slot; undefined for other runs. */
  readonly schedule: RunSchedule | undefined;
  /** The task that is to follow loads of this one, by its definition; undefined when that is switched off. */
  readonly followedBy: string | undefined;
  readonly catalogue: Catalogue;
  /** Aborted when the run is to stop: timeout, cancel or the worker's shutdown. */
  readonly signal: AbortSignal;
  /** Lines are stored with the attempt, whatever becomes of its work. */
  readonly log: TaskLog;
  readonly services: WorkerServices;
  /** Says how far the run is; cheap to call often. */
  progress(done: number, total: number): void;
  /**
   * Does the work in one transaction that also ends the run with `work`'s result as its output: all of it is
   * committed, or nothing. At most once per attempt.
   * @returns what `work` returned
   * @throws FencedError when this attempt no longer holds the run; nothing was committed
   */
  commit<T>(work: (tx: Tx) => Promise<T>, options?: CommitOptions<T>): Promise<T>;
}

/** How the result of a commit's work ends its run. */
export interface CommitOptions<T> {
  /** The run's output, where that is not the result itself. */
  output?(result: T): unknown;
  /** Why the run has failed although its transaction is to be kept; undefined: it has succeeded. */
  failure?(result: T): RunError | undefined;
}

/** The work of a task, as `body.ts` exports it under the name `run`. */
export type TaskRun<D extends TaskDefinition> = (context: TaskContext, input: InputOf<D>) => Promise<OutputOf<D>>;
