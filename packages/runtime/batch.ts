import { BadInputError, FileChangedError, FileFaultError } from '#contracts/errors.js';
import type { FileTaskOutput } from '#contracts/file-task.js';
import { isDataFault } from '#database/faults.js';
import {
  type FileOutcome,
  type LoadedFile,
  listFilesToLoad,
  listLoadedRelatives,
  type RejectedPart,
  type RunFile,
  recordOutcomes,
} from '#database/ledger/outcomes.js';
import { lookUpByKey } from '#database/ledger/plans.js';
import { decideScopes } from '#database/ledger/scopes.js';
import type { Tx } from '#database/pool.js';
import type { RunError } from '#database/runs/attempts.js';
import type { TaskContext } from './context.js';
import { identityAt } from './open-file.js';

/** What a task says of a file it has loaded. */
export interface Load {
  /** Rows written. */
  readonly rows: number;
  /** The part of the dataset that the file stands for, where a newer file replaces an older one of the same. */
  readonly scope?: string;
  /** Parts that could not be taken: all of them counted, the first ones kept. */
  readonly rejects?: { readonly count: number; readonly kept: readonly RejectedPart[] };
}

/** How the files of a run get into their dataset, inside the run's transaction. */
export interface BatchLoader {
  /** Gives each of the files its outcome (`batch.add`, in their order), and writes the rows of those that load. */
  load(tx: Tx, files: readonly RunFile[], batch: Batch): Promise<void>;
  /** Takes away all rows of files. */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<void>;
}

/**
 * Loads the files of a run in one transaction: rows, the ledger's states and the run's result together (promise 2). An
 * older version's rows go when the newer one's are in (promise 3).
 *
 * The run fails, with its transaction kept, when not one of its files was good.
 */
export async function commitBatch(context: TaskContext, loader: BatchLoader): Promise<FileTaskOutput> {
  let outcomes: readonly FileOutcome[] = [];
  let replaced: readonly bigint[] = [];
  const output = await context.commit(
    async (tx) => {
      await lookUpByKey(tx);
      const files = await listFilesToLoad(tx, context.fence.runId);
      const batch = new Batch(context, await listLoadedRelatives(tx, files), files.length);
      await loader.load(tx, files, batch);
      batch.expectReadable();
      const { replaced: ofScopes, outdated } = await batch.decideScopes(tx);
      const versions = batch.replaced();
      const gone = [...versions, ...ofScopes, ...outdated];
      if (gone.length > 0) await loader.remove(tx, gone);
      outcomes = batch.outcomes;
      replaced = [...versions, ...ofScopes];
      await recordOutcomes(tx, context.fence, outcomes, versions);
      await followLoad(context, tx, outcomes, replaced.length);
      return summarize(outcomes, replaced.length);
    },
    { failure: () => failureOf(outcomes) },
  );
  // Not before the commit: lines stay when the work is rolled back, and these would then tell of rows that are not there.
  if (replaced.length > 0) {
    context.log.info(`took away the rows of ${replaced.length} older files`, { files: replaced.map(String) });
  }
  context.log.info(`loaded ${output.loaded} of ${output.files} files, ${output.rows} rows`);
  return output;
}

/** Has the task that keeps something up to date with the dataset run, if there is one and anything has changed. */
async function followLoad(
  { follow, followedBy }: TaskContext,
  tx: Tx,
  outcomes: readonly FileOutcome[],
  replaced: number,
): Promise<void> {
  const [first] = outcomes;
  if (followedBy === undefined || !first) return;
  if (replaced === 0 && !outcomes.some((outcome) => outcome.kind === 'loaded')) return;
  // All files of a run are of one source.
  await follow(tx, followedBy, { source: first.file.source });
}

/** The outcomes of a run so far, and the loaded files that bear on them. */
export class Batch {
  readonly #context: TaskContext;
  readonly #relatives: readonly LoadedFile[];
  readonly #files: number;
  readonly #outcomes: FileOutcome[] = [];
  readonly #loadedHere = new Map<string, RunFile>();

  /** @param files how many the run has */
  constructor(context: TaskContext, relatives: readonly LoadedFile[], files: number) {
    this.#context = context;
    this.#relatives = relatives;
    this.#files = files;
  }

  /** In the order of the files. */
  get outcomes(): readonly FileOutcome[] {
    return this.#outcomes;
  }

  add(outcome: FileOutcome): void {
    this.#outcomes.push(outcome);
    const { file } = outcome;
    const { log } = this.#context;
    if (outcome.kind === 'loaded') {
      this.#loadedHere.set(file.sha256, file);
      if (outcome.rejects > 0) {
        log.warn(`${file.path}: ${outcome.rejects} parts could not be taken`, { file: String(file.id) });
      }
    } else if (outcome.kind === 'duplicate') {
      log.info(`${file.path}: the same bytes are loaded from ${outcome.of.path}`);
    } else {
      log.warn(`${file.path}: ${outcome.reason}`, { file: String(file.id) });
    }
    this.#context.progress(this.#outcomes.length, this.#files);
  }

  /** Forgets all outcomes: the work has been rolled back and is done again. */
  reset(): void {
    this.#outcomes.length = 0;
    this.#loadedHere.clear();
  }

  /** The outcome of a file whose bytes are those of one that stays loaded; undefined when there is none. */
  async duplicate(file: RunFile): Promise<FileOutcome | undefined> {
    const of =
      this.#loadedHere.get(file.sha256) ??
      this.#relatives.find((r) => r.sha256 === file.sha256 && r.path !== file.path);
    if (!of) return undefined;
    const there = await identityAt(this.#context.services.inboxDir, of);
    return { kind: 'duplicate', file, of, moved: there === undefined };
  }

  /**
   * Holds the loaded files against others of their scopes. @returns the files whose rows have to go: those that were
   * loaded before (`replaced`), and those of this run that a newer one keeps out (`outdated`)
   */
  async decideScopes(tx: Tx): Promise<{ replaced: readonly bigint[]; outdated: readonly bigint[] }> {
    const scoped = this.#outcomes.flatMap((o) =>
      o.kind === 'loaded' && o.scope !== undefined ? [{ ...o.file, scope: o.scope }] : [],
    );
    const { replaced, outdated } = await decideScopes(tx, scoped);
    for (const [index, { file }] of this.#outcomes.entries()) {
      const by = outdated.get(file.id);
      if (!by) continue;
      const reason = `a newer file that replaces it is loaded: ${by.path} (file ${by.id})`;
      this.#outcomes[index] = { kind: 'outdated', file, reason };
      this.#context.log.info(`${file.path}: ${reason}`);
    }
    return { replaced, outdated: [...outdated.keys()] };
  }

  /**
   * To be called when all files have their outcome.
   * @throws FileFaultError when none of them could be read: then it is not a file that is tried again, but the run
   */
  expectReadable(): void {
    const [first] = this.#outcomes;
    if (first?.kind === 'released' && this.#outcomes.every(({ kind }) => kind === 'released')) throw first.fault;
  }

  /** Older versions whose content the run's outcomes replace. */
  replaced(): bigint[] {
    const renewed = new Set(
      this.#outcomes.flatMap((o) => (['loaded', 'outdated', 'duplicate'].includes(o.kind) ? [o.file.path] : [])),
    );
    return this.#relatives.filter((r) => renewed.has(r.path)).map((r) => r.id);
  }
}

/** What an error while a file was loaded says about the file; undefined when it says nothing about it. */
export function outcomeOf(file: RunFile, error: unknown): FileOutcome | undefined {
  if (error instanceof FileChangedError) return { kind: 'changed', file, reason: error.message };
  if (error instanceof FileFaultError) return { kind: 'released', file, reason: error.message, fault: error };
  if (error instanceof BadInputError) return { kind: 'quarantined', file, code: error.code, reason: error.message };
  // The reader let a value pass that the table refuses.
  if (isDataFault(error) && error instanceof Error) {
    return { kind: 'quarantined', file, code: 'refused', reason: `the database refused a row: ${error.message}` };
  }
  return undefined;
}

function summarize(outcomes: readonly FileOutcome[], replaced: number): FileTaskOutput {
  const count = (kind: FileOutcome['kind']): number => outcomes.filter((o) => o.kind === kind).length;
  const sum = (of: 'rows' | 'rejects'): number =>
    outcomes.reduce((total, o) => total + (o.kind === 'loaded' ? o[of] : 0), 0);
  const released = count('released');
  return {
    files: outcomes.length,
    loaded: count('loaded'),
    duplicates: count('duplicate'),
    quarantined: count('quarantined'),
    changed: count('changed'),
    ...(released > 0 && { released }),
    outdated: count('outdated'),
    replaced,
    rows: sum('rows'),
    rejects: sum('rejects'),
  };
}

function failureOf(outcomes: readonly FileOutcome[]): RunError | undefined {
  const bad = outcomes.filter((o) => o.kind === 'quarantined');
  const [first] = bad;
  if (!first || bad.length < outcomes.length) return undefined;
  const message =
    bad.length === 1
      ? `${first.file.path} is quarantined: ${first.reason}`
      : `all ${bad.length} files are quarantined, each with its reason; the first: ${first.file.path}: ${first.reason}`;
  return { name: 'BadInputError', code: first.code, message };
}
