import type { FileTaskOutput } from '#contracts/file-task.js';
import {
  type FileOutcome,
  type LoadedFile,
  listFilesToLoad,
  listLoadedRelatives,
  type RunFile,
  recordOutcomes,
} from '#database/ledger/outcomes.js';
import { lookUpByKey } from '#database/ledger/query-plans.js';
import { expectUnchanged, lockFiles, takeTurnWithFiles } from '#database/ledger/reloads.js';
import { decideScopes } from '#database/ledger/scopes.js';
import type { Tx } from '#database/pool.js';
import type { TaskContext } from '#runs/context.js';
import { type Batch, expectReadable, failureOf, summarize } from './batch-outcomes.js';

/** A batch whose rows are written but not committed. */
export interface WrittenBatch {
  /** One per file, in their order. */
  readonly outcomes: readonly FileOutcome[];
  /** Rows that its files had before, and which were taken away. */
  readonly removedRows: number;
  /** Brings up to date what the commit leaves behind; only speed is at stake. */
  afterCommit?(): Promise<void>;
}

/** How the files of a run get into their dataset, inside the run's transaction. */
export interface BatchWriter {
  /** Decides the outcome of each file, and writes the rows of those that load. */
  write(tx: Tx, batch: Batch): Promise<WrittenBatch>;
  /** Takes away all rows of files. */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<unknown>;
}

/** What a transaction has loaded. */
interface LoadedBatch extends WrittenBatch {
  /** Files of before whose rows were taken away. */
  readonly replaced: readonly bigint[];
  readonly output: FileTaskOutput;
}

/**
 * Loads the files of a run in one transaction: rows, the ledger's states and the run's result together (promise 2). An
 * older version's rows go when the newer one's are in (promise 3).
 *
 * The run fails, with its transaction kept, when not one of its files was good.
 */
export async function loadBatch(context: TaskContext, writer: BatchWriter): Promise<FileTaskOutput> {
  const loaded = await context.commit((tx) => loadInTransaction(context, writer, tx), {
    output: ({ output }) => output,
    failure: ({ outcomes }) => failureOf(outcomes),
  });
  const { output } = loaded;
  // Not before the commit: log lines stay when the work is rolled back, and these would then speak of rows that are not there.
  if (loaded.replaced.length > 0) {
    context.log.info(`took away the rows of ${loaded.replaced.length} older files`, {
      files: loaded.replaced.map(String),
    });
  }
  context.log.info(`loaded ${output.loaded} of ${output.files} files, ${output.rows} rows`);
  await loaded.afterCommit?.();
  return output;
}

async function loadInTransaction(context: TaskContext, writer: BatchWriter, tx: Tx): Promise<LoadedBatch> {
  await lookUpByKey(tx);
  const files = await takeFiles(tx, context.fence.runId);
  const relatives = await listLoadedRelatives(tx, files);
  const written = await writer.write(tx, { files, relatives });
  expectReadable(written.outcomes);
  const scopes = await decideScopes(tx, written.outcomes.flatMap(scopedFile));
  const outcomes = written.outcomes.map((outcome) => outdatedBy(outcome, scopes.outdated.get(outcome.file.id)));
  const versions = olderVersions(outcomes, relatives);
  const replaced = [...versions, ...scopes.replaced];
  const gone = [...replaced, ...scopes.outdated.keys()];
  if (gone.length > 0) {
    await takeTurnWithFiles(tx, replaced, undefined);
    await lockFiles(tx, replaced);
    await writer.remove(tx, gone);
  }
  await expectUnchanged(tx, files.filter(isReloaded));
  await recordOutcomes(tx, context.fence, outcomes, versions);
  for (const outcome of outcomes) {
    if (outcome.kind === 'outdated') context.log.info(`${outcome.file.path}: ${outcome.reason}`);
  }
  await followLoad(context, tx, outcomes, replaced.length);
  return { ...written, outcomes, replaced, output: summarize(outcomes, replaced.length, written.removedRows) };
}

/** The run's files. Those that are loaded once more are no other run's until the transaction ends. */
async function takeFiles(tx: Tx, runId: string): Promise<RunFile[]> {
  const files = await listFilesToLoad(tx, runId);
  const reloaded = files.filter(isReloaded);
  if (reloaded.length === 0) return files;
  await takeTurnWithFiles(
    tx,
    reloaded.map(({ id }) => id),
    runId,
  );
  return await listFilesToLoad(tx, runId);
}

const isReloaded = ({ state }: RunFile): boolean => state === 'loaded';

const scopedFile = (outcome: FileOutcome): (RunFile & { readonly scope: string })[] =>
  outcome.kind === 'loaded' && outcome.scope !== undefined ? [{ ...outcome.file, scope: outcome.scope }] : [];

/** The outcome of a file that was loaded although a newer one of its scope (`by`) is loaded, too. */
function outdatedBy(outcome: FileOutcome, by: Pick<RunFile, 'id' | 'path'> | undefined): FileOutcome {
  if (!by) return outcome;
  const reason = `a newer file that replaces it is loaded: ${by.path} (file ${by.id})`;
  return { kind: 'outdated', file: outcome.file, reason };
}

/** The loaded versions of the same paths whose content a run's files replace. */
function olderVersions(outcomes: readonly FileOutcome[], relatives: readonly LoadedFile[]): bigint[] {
  const replacing: readonly FileOutcome['kind'][] = ['loaded', 'outdated', 'duplicate'];
  const renewed = new Set(outcomes.filter(({ kind }) => replacing.includes(kind)).map(({ file }) => file.path));
  return relatives.filter(({ path }) => renewed.has(path)).map(({ id }) => id);
}

/** Records a run of the task that keeps something up to date with the dataset, if there is one and anything has changed. */
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
