import type { RunState } from './states.js';

/** An invoked run as an error names it. */
export interface FailedRun {
  readonly id: string;
  /** Under which its parent invoked it. */
  readonly key: string;
  readonly task: string;
  readonly state: RunState;
  readonly error: { readonly name: string; readonly message: string; readonly code?: string } | null;
}

/** A run that was invoked did not succeed. Another attempt of the parent would meet the same end, so it is no passing fault. */
export class InvokedRunError extends Error {
  override readonly name = 'InvokedRunError';
  readonly run: FailedRun;
  constructor(run: FailedRun) {
    super(
      `the invoked run ${run.id} ("${run.key}", ${run.task}) ${run.state}: ${run.error?.message ?? 'no reason given'}`,
    );
    this.run = run;
  }
}

/**
 * Thrown out of a body whose invoked runs have not ended yet. The body is run again from the top when they have; it must
 * let this pass.
 */
export class SuspendError extends Error {
  override readonly name = 'SuspendError';
}
