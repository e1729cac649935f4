import type { Static, TObject } from 'typebox';
import type { FileFormat, TableDefinition } from './dataset.js';
import type { Labels, RetryPolicy } from './run-terms.js';
import type { ScheduleDefinition } from './schedule.js';
import type { Violation } from './violation-list.js';

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
  /** Set where `matches` is wide: it gets only what no other source takes. */
  readonly fallback?: boolean;
  readonly batch: {
    /** Most files that one run loads in one transaction. */
    readonly files: number;
    /** Most bytes of one batch; a larger file goes alone. */
    readonly bytes: number;
  };
}

/**
 * A predefined, named piece of work: everything about it but the work itself, cheap to import. It stands in
 * `definition.ts` of the task's folder; the folder has the task's name. The work is `run` in `body.ts` beside it, which
 * only workers import.
 */
export interface TaskDefinition<I extends TObject = TObject, O extends TObject = TObject> {
  readonly name: string;
  readonly description: string;
  /** The queue that carries its runs. Tasks that share a queue share its workers. */
  readonly queue: string;
  readonly input: I;
  readonly output: O;
  readonly retry: RetryPolicy;
  /** Milliseconds after which an attempt is aborted. */
  readonly timeoutMs: number;
  /** Runs of the task's queue that one worker process works on at a time; the largest of a queue's tasks counts. */
  readonly concurrency: number;
  /** 1 (first) to 2,097,152 (last); 0 means none, which goes before all numbers. */
  readonly priority: number;
  /** Given to each of its runs. */
  readonly labels?: Labels;
  readonly source?: SourceDefinition;
  /** For a task that loads files: the table that they become rows of, as it is read. */
  readonly dataset?: TableDefinition;
  /** Instead of `dataset`, where the source's files become rows of several tables: each by the dataset's name. */
  readonly datasets?: Readonly<Record<string, TableDefinition>>;
  /** What the files hold, for a task without `body.ts`: Millrace makes its `dataset`'s table and loads files into it. */
  readonly format?: FileFormat;
  /**
   * For a task that loads files: the task that runs after each load that wrote or took away rows, with the input
   * `{ source }`. Loads that end before it begins share one run.
   */
  readonly followedBy?: string;
  /**
   * What is wrong with an input beyond its schema, which it fits; nothing if it is right. Asked before a run is recorded,
   * wherever one is: so it is quick, and looks at nothing but the input and the tasks that there are.
   * @param catalogue all tasks by name
   * @returns faults at JSON pointers into the input
   */
  check?(input: Static<I>, catalogue: ReadonlyMap<string, TaskDefinition>): readonly Violation[];
  /** When it runs by itself. Recorded when a worker starts; one that is taken out here is switched off then. */
  readonly schedules?: readonly ScheduleDefinition[];
}

/** Keeps a definition's exact types while it is checked. */
export function defineTask<I extends TObject, O extends TObject>(
  definition: TaskDefinition<I, O>,
): TaskDefinition<I, O> {
  return definition;
}

/** What goes into a task and what comes out of it, by its definition. */
export type InputOf<D extends TaskDefinition> = Static<D['input']>;
export type OutputOf<D extends TaskDefinition> = Static<D['output']>;
