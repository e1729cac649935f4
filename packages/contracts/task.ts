import type { Static, TObject } from 'typebox';

/** Writes one line of a run's log; `fields` is stored beside the message as JSON. */
export interface TaskLog {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Which names in the inbox go to this task, and how they are batched. */
export interface SourceDefinition {
  /** Stable name of the source; the ledger's unique key is (source, SHA-256). */
  readonly name: string;
  /** What is taken, in words, for people. */
  readonly description: string;
  /** Tested against the path below the inbox, with `/` between folders. */
  matches(path: string): boolean;
  readonly batch: {
    /** Most files that one run loads in one transaction. */
    readonly files: number;
    /** Most bytes of one batch; a larger file goes alone. */
    readonly bytes: number;
  };
}

/** What happens after a passing fault: `attempts` tries in all, waiting `backoffMs · 2^(n−1)` plus jitter between. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
}

/** A predefined, named piece of work. Cheap to import: the body is loaded when a worker first needs it. */
export interface TaskDefinition<I extends TObject = TObject, O extends TObject = TObject> {
  readonly name: string;
  readonly description: string;
  /** The queue that carries its runs. */
  readonly queue: string;
  readonly input: I;
  readonly output: O;
  readonly retry: RetryPolicy;
  /** An attempt is aborted after so many milliseconds. */
  readonly timeoutMs: number;
  /** Runs of this task's queue that one worker process works on at a time. */
  readonly concurrency: number;
  /** 1 (first) to 2,097,152 (last); 0 means none, which goes before all numbers. */
  readonly priority: number;
  /** A run is late when it takes longer than this from creation to end, in milliseconds. */
  readonly slaMs?: number;
  readonly source?: SourceDefinition;
  /** Imports the body; called once in each worker. */
  load(): Promise<TaskBody<I, O>>;
}

/** The work itself, as `body.ts` of the task's folder exports it. */
export interface TaskBody<I extends TObject = TObject, O extends TObject = TObject> {
  run(context: unknown, input: Static<I>): Promise<Static<O>>;
}
