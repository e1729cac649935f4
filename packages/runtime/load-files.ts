import { BadInputError, FileChangedError } from '#contracts/errors.js';
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
  removeRejects,
  storeRejects,
} from '#database/ledger/outcomes.js';
import type { Tx } from '#database/pool.js';
import type { RunError } from '#database/runs/attempts.js';
import type { TaskContext } from './context.js';
import { liesAt, type OpenFile, withFile } from './open-file.js';

/** What a task says of a file it has loaded. */
export interface Load {
  /** Rows written. */
  readonly rows: number;
  /** Parts that could not be taken: all of them counted, the first ones kept. */
  readonly rejects?: { readonly count: number; readonly kept: readonly RejectedPart[] };
}

/** How a task puts files into its dataset. */
export interface FileLoader {
  /**
   * Writes a file's rows, each with the file's id and its ordinal in the file.
   * @throws BadInputError when the file can never be loaded; whatever was written of it is undone
   */
  load(file: OpenFile, tx: Tx): Promise<Load>;
  /** Takes away all rows of files. */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<void>;
}

/**
 * Loads the files of a run in one transaction: rows, the ledger's states and the run's result together (promise 2). A
 * file that cannot be loaded is undone to the savepoint before it and quarantined; the others load (promise 6). An
 * older version's rows go when the newer one's are in (promise 3).
 *
 * The run fails, with its transaction kept, when not one of its files was good.
 */
export async function loadFiles(context: TaskContext, loader: FileLoader): Promise<FileTaskOutput> {
  let outcomes: readonly FileOutcome[] = [];
  let replaced: readonly bigint[] = [];
  const output = await context.commit(
    async (tx) => {
      const files = await listFilesToLoad(tx, context.fence.runId);
      const batch = new Batch(await listLoadedRelatives(tx, files));
      for (const [index, file] of files.entries()) {
        context.signal.throwIfAborted();
        batch.add(await loadOne(context, loader, tx, file, batch.twinOf(file)));
        context.progress(index + 1, files.length);
      }
      replaced = batch.replaced();
      if (replaced.length > 0) await loader.remove(tx, replaced);
      outcomes = batch.outcomes;
      await recordOutcomes(tx, context.fence, outcomes, replaced);
      return summarize(outcomes, replaced.length);
    },
    { failure: () => failureOf(outcomes) },
  );
  // Not before the commit: lines stay when the work is rolled back, and these would then tell of rows that are not there.
  if (replaced.length > 0) {
    context.log.info(`took away the rows of ${replaced.length} older versions`, { files: replaced.map(String) });
  }
  context.log.info(`loaded ${output.loaded} of ${output.files} files, ${output.rows} rows`);
  return output;
}

/** The outcomes of a run so far, and the loaded files that bear on them. */
class Batch {
  readonly outcomes: FileOutcome[] = [];
  readonly #relatives: readonly LoadedFile[];
  constructor(relatives: readonly LoadedFile[]) {
    this.#relatives = relatives;
  }

  add(outcome: FileOutcome): void {
    this.outcomes.push(outcome);
  }

  /** The file that has the same bytes and stays loaded, if there is one. */
  twinOf(file: RunFile): LoadedFile | undefined {
    const loadedHere = this.outcomes.find((o) => o.kind === 'loaded' && o.file.sha256 === file.sha256);
    return loadedHere?.file ?? this.#relatives.find((r) => r.sha256 === file.sha256 && r.path !== file.path);
  }

  /** Older versions whose content the run's outcomes replace. */
  replaced(): bigint[] {
    const renewed = new Set(
      this.outcomes.filter((o) => o.kind === 'loaded' || o.kind === 'duplicate').map((o) => o.file.path),
    );
    return this.#relatives.filter((r) => renewed.has(r.path)).map((r) => r.id);
  }
}

async function loadOne(
  context: TaskContext,
  loader: FileLoader,
  tx: Tx,
  file: RunFile,
  twin: LoadedFile | undefined,
): Promise<FileOutcome> {
  if (twin) {
    context.log.info(`${file.path}: the same bytes are loaded from ${twin.path}`);
    const moved = !(await liesAt(context.services.inboxDir, twin));
    return { kind: 'duplicate', file, of: twin, moved };
  }
  await tx.query('SAVEPOINT file');
  try {
    const load = await withFile(context.services.inboxDir, file, async (open) => {
      if (file.state === 'loaded') {
        await loader.remove(tx, [file.id]);
        await removeRejects(tx, file.id);
      }
      const done = await loader.load(open, tx);
      await storeRejects(tx, file.id, done.rejects?.kept ?? []);
      return done;
    });
    await tx.query('RELEASE SAVEPOINT file');
    const rejects = load.rejects?.count ?? 0;
    if (rejects > 0) context.log.warn(`${file.path}: ${rejects} parts could not be taken`, { file: String(file.id) });
    return { kind: 'loaded', file, rows: load.rows, rejects };
  } catch (error) {
    const outcome = outcomeOf(file, error);
    if (!outcome) throw error;
    await tx.query('ROLLBACK TO SAVEPOINT file');
    context.log.warn(`${file.path}: ${outcome.reason}`, { file: String(file.id) });
    return outcome;
  }
}

/** What an error while a file was loaded says about the file; undefined when it says nothing about it. */
function outcomeOf(file: RunFile, error: unknown): (FileOutcome & { reason: string }) | undefined {
  if (error instanceof FileChangedError) return { kind: 'changed', file, reason: error.message };
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
  return {
    files: outcomes.length,
    loaded: count('loaded'),
    duplicates: count('duplicate'),
    quarantined: count('quarantined'),
    changed: count('changed'),
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
