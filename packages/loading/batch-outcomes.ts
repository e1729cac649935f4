import { BadInputError, FileChangedError, FileFaultError } from '#contracts/errors.js';
import type { FileTaskOutput } from '#contracts/file-task.js';
import type { RejectedPart } from '#contracts/rejects.js';
import { hullOf, type TimeSpan } from '#database/datasets/partitions.js';
import { isDataError } from '#database/error-kinds.js';
import type { FileOutcome, LoadedFile, RunFile } from '#database/ledger/outcomes.js';
import type { RunError } from '#database/runs/attempt-types.js';
import { identityAt } from '#inbox/open-file.js';
import type { TaskContext } from '#runs/context.js';

/** The files of a run, and the loaded files that share a path or the bytes with one of them. */
export interface Batch {
  readonly files: readonly RunFile[];
  readonly relatives: readonly LoadedFile[];
}

/** What a task says of a file it has loaded. */
export interface Load {
  /** Rows written. */
  readonly rows: number;
  /** Of those, how many each dataset has, where the task loads several. */
  readonly tableRows?: Readonly<Record<string, number>>;
  /** The part of the dataset that the file stands for, where a newer file replaces an older one of the same. */
  readonly scope?: string;
  /** For a dataset partitioned by time: per day that occurs, the least and the greatest time among the rows, ascending. */
  readonly spans?: readonly TimeSpan[];
  /** Parts that could not be taken: all of them counted, the first ones kept. */
  readonly rejects?: { readonly count: number; readonly kept: readonly RejectedPart[] };
}

/** The outcome of a file that was loaded. */
export function loadedOutcome(file: RunFile, { rows, rejects, scope, tableRows, spans = [] }: Load): FileOutcome {
  const span = hullOf(spans);
  return {
    kind: 'loaded',
    file,
    rows,
    rejects: rejects?.count ?? 0,
    ...(scope === undefined ? {} : { scope }),
    ...(tableRows === undefined ? {} : { tableRows }),
    ...(span === undefined ? {} : { span }),
  };
}

/** What an error while a file was loaded says about the file; undefined when it says nothing about it. */
export function outcomeOf(file: RunFile, error: unknown): FileOutcome | undefined {
  if (error instanceof FileChangedError) return { kind: 'changed', file, reason: error.message };
  if (error instanceof FileFaultError) return { kind: 'released', file, reason: error.message, fault: error };
  if (error instanceof BadInputError) return { kind: 'quarantined', file, code: error.code, reason: error.message };
  // The reader let a value pass that the table refuses.
  if (isDataError(error)) {
    return { kind: 'quarantined', file, code: 'refused', reason: `the database refused a row: ${error.message}` };
  }
  return undefined;
}

/** The outcomes of a batch as they come about, which the files that follow depend on. */
export class BatchOutcomes {
  readonly #context: TaskContext;
  readonly #batch: Batch;
  readonly #outcomes: FileOutcome[] = [];
  readonly #loaded = new Map<string, RunFile>();

  constructor(context: TaskContext, batch: Batch) {
    this.#context = context;
    this.#batch = batch;
  }

  /** In the order of the files. */
  get all(): readonly FileOutcome[] {
    return this.#outcomes;
  }

  /** Adds the outcome of the next file, to the run's log and progress, too. */
  add(outcome: FileOutcome): void {
    this.#outcomes.push(outcome);
    const { file } = outcome;
    const { log } = this.#context;
    if (outcome.kind === 'loaded') {
      this.#loaded.set(file.sha256, file);
      if (outcome.rejects > 0) {
        log.warn(`${file.path}: ${outcome.rejects} parts could not be taken`, { file: String(file.id) });
      }
    } else if (outcome.kind === 'duplicate') {
      log.info(`${file.path}: the same bytes are loaded from ${outcome.of.path}`);
    } else if (outcome.kind === 'waits') {
      log.info(`${file.path} ${outcome.reason}`, { file: String(file.id) });
    } else {
      log.warn(`${file.path}: ${outcome.reason}`, { file: String(file.id) });
    }
    this.#context.progress(this.#outcomes.length, this.#batch.files.length);
  }

  /** The outcome of a file whose bytes are those of one that stays loaded; undefined when there is none. */
  async duplicate(file: RunFile): Promise<FileOutcome | undefined> {
    const of =
      this.#loaded.get(file.sha256) ??
      this.#batch.relatives.find((r) => r.sha256 === file.sha256 && r.path !== file.path);
    if (!of) return undefined;
    const there = await identityAt(this.#context.services.inboxDir, of);
    return { kind: 'duplicate', file, of, moved: there === undefined };
  }
}

/** @throws FileFaultError when no file could be read: then it is not a file that is tried again, but the run */
export function expectReadable(outcomes: readonly FileOutcome[]): void {
  const [first] = outcomes;
  if (first?.kind === 'released' && outcomes.every(({ kind }) => kind === 'released')) throw first.fault;
}

/**
 * The output of a run that loaded files.
 * @param replaced older files whose rows it took away
 * @param removedRows that files had before they were loaded once more
 */
export function summarize(outcomes: readonly FileOutcome[], replaced: number, removedRows = 0): FileTaskOutput {
  const count = (kind: FileOutcome['kind']): number => outcomes.filter((o) => o.kind === kind).length;
  const sum = (of: 'rows' | 'rejects'): number =>
    outcomes.reduce((total, o) => total + (o.kind === 'loaded' ? o[of] : 0), 0);
  const released = count('released');
  const waiting = count('waits');
  return {
    files: outcomes.length,
    loaded: count('loaded'),
    duplicates: count('duplicate'),
    quarantined: count('quarantined'),
    changed: count('changed'),
    ...(released > 0 && { released }),
    ...(waiting > 0 && { waiting }),
    outdated: count('outdated'),
    replaced,
    rows: sum('rows'),
    ...(removedRows > 0 && { removedRows }),
    rejects: sum('rejects'),
  };
}

/** Why a run has failed although its transaction is kept: not one of its files was good. */
export function failureOf(outcomes: readonly FileOutcome[]): RunError | undefined {
  const bad = outcomes.filter((o) => o.kind === 'quarantined');
  const [first] = bad;
  if (!first || bad.length < outcomes.length) return undefined;
  const message =
    bad.length === 1
      ? `${first.file.path} is quarantined: ${first.reason}`
      : `all ${bad.length} files are quarantined, each with its reason; the first: ${first.file.path}: ${first.reason}`;
  return { name: 'BadInputError', code: first.code, message };
}
