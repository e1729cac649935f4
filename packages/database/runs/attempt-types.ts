import type { Labels, RetryPolicy } from '#contracts/run-terms.js';
import type { AttemptState, FinalRunState, RunState } from '#contracts/states.js';
import type { TaskSettings } from '#contracts/task-settings.js';

/** What is stored of an error that ended a run or an attempt. */
export interface RunError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** Which attempt of which run acts: the fence of promise 2. */
export interface Fence {
  readonly runId: string;
  readonly attempt: number;
}

/** A run as the worker that begins an attempt gets it. */
export interface BegunRun extends Fence {
  readonly task: string;
  readonly queue: string;
  readonly input: unknown;
  readonly failures: number;
  readonly losses: number;
  readonly maxAttempts: number;
  /** Null: as its task says. */
  readonly retry: RetryPolicy | null;
  readonly timeoutMs: number | null;
  readonly labels: Labels;
  /** The schedule whose run it is, and its slot. */
  readonly schedule: string | null;
  readonly slotAt: Date | null;
  /** See `RunOrigin`. */
  readonly requestId: string | null;
  readonly trace: string | null;
  /** The version of its task's settings under which this attempt runs, and what it sets; null where nothing was ever set. */
  readonly settingsVersion: number | null;
  readonly settings: TaskSettings | null;
}

/** What a worker may do with a run that the carrier handed it. */
export type Begin =
  | { readonly kind: 'begun'; readonly run: BegunRun }
  /** Runs that it invoked have not ended. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'ended'; readonly state: FinalRunState; readonly output: unknown; readonly error: RunError | null }
  | { readonly kind: 'delayed'; readonly delayMs: number }
  /** Its task is paused, or has as many runs under way as its settings allow. */
  | { readonly kind: 'parked'; readonly task: string }
  /** The record does not know it: the job outlived its database. */
  | { readonly kind: 'unknown' };

/** How an attempt leaves its run. */
export interface Outcome {
  readonly run: RunState;
  readonly attempt: AttemptState;
  readonly output?: unknown;
  readonly error?: RunError;
  /** For a retry: milliseconds until the next attempt. */
  readonly delayMs?: number;
  /** For a run that waits for several invocations: it goes on when one of them is complete. See the schema. */
  readonly awaits?: readonly string[] | undefined;
  /** 1 when this counts against the run's attempts. */
  readonly failures?: number;
}
