/** A recorded run that has not ended, as far as its job needs to know. */
export interface OpenRun {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  /** Milliseconds until it may start; 0 or less: now. */
  readonly delayMs: number;
  /** The run that invoked it, whose job is the parent of its job. */
  readonly parent?: RunInQueue | undefined;
}

/** A run and the queue that carries it. */
export interface RunInQueue {
  readonly id: string;
  readonly queue: string;
}
