import type { FileTaskOutput } from '#contracts/file-task.js';
import type { TimeSpan } from '#database/datasets/partitions.js';
import { isDataError } from '#database/error-kinds.js';
import type { FileOutcome, RunFile } from '#database/ledger/outcomes.js';
import type { Tx } from '#database/pool.js';
import { type OpenFile, withFile } from '#inbox/open-file.js';
import type { TaskContext } from '#runs/context.js';
import { type Batch, BatchOutcomes, loadedOutcome, outcomeOf } from './batch-outcomes.js';
import { loadBatch, type WrittenBatch } from './load-batch.js';
import { prefetch } from './prefetch.js';
import { behindSavepoint, togetherOrOneByOne } from './savepoints.js';

/** How a task puts files into its dataset that bring few rows each. For rows in great number see `loadByCopy`. */
export interface StatementLoader<T> {
  /** Files that are read at a time. */
  readonly readsAtOnce: number;
  /** At most this many files are written together; what was read of them is held in memory. */
  readonly together: number;
  /**
   * Makes of a file what is to be written of it.
   * @throws BadInputError when the file can never be loaded
   */
  read(file: OpenFile): Promise<T>;
  /** How many rows `write` makes of what was read of a file. */
  rowsOf(value: T): number;
  /** Writes the rows of files, each with the file's id; may be called again for some of them after a rollback. */
  write(tx: Tx, files: readonly FileContent<T>[]): Promise<void>;
  /** Takes away all rows of files. @returns how many there were, if it is known */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<unknown>;
  /** For a table partitioned by time: the times of a file's rows, see `Load`. */
  spansOf?(file: RunFile, value: T): readonly TimeSpan[];
}

/** A file and what was read of it. */
export interface FileContent<T> {
  readonly file: RunFile;
  readonly value: T;
}

/** A file that was read, or is known not to load. */
type ReadFile<T> = FileContent<T> | { readonly file: RunFile; readonly outcome: FileOutcome };

/**
 * Loads the files of a run in its transaction (see `loadBatch`): several are read at a time, and the rows of many are
 * written together behind a savepoint. Should the database refuse them, they are written again one by one. So a file
 * that cannot be loaded is quarantined, keeping rows that it has from before, and the others load (promise 6).
 */
export async function loadByStatements<T>(context: TaskContext, loader: StatementLoader<T>): Promise<FileTaskOutput> {
  return await loadBatch(context, {
    remove: (tx, fileIds) => loader.remove(tx, fileIds),
    write: (tx, batch) => new StatementBatch(context, loader, tx, batch).write(batch.files),
  });
}

class StatementBatch<T> {
  readonly #context: TaskContext;
  readonly #loader: StatementLoader<T>;
  readonly #tx: Tx;
  readonly #outcomes: BatchOutcomes;
  #removedRows = 0;

  constructor(context: TaskContext, loader: StatementLoader<T>, tx: Tx, batch: Batch) {
    this.#context = context;
    this.#loader = loader;
    this.#tx = tx;
    this.#outcomes = new BatchOutcomes(context, batch);
  }

  async write(files: readonly RunFile[]): Promise<WrittenBatch> {
    const { readsAtOnce, together } = this.#loader;
    const firsts = new Map(files.toReversed().map((file) => [file.sha256, file.id]));
    const begin = async (file: RunFile): Promise<ReadFile<T> | undefined> =>
      firsts.get(file.sha256) === file.id ? await this.#read(file) : undefined;
    let waiting: ReadFile<T>[] = [];
    for await (const { item: file, result } of prefetch(files, readsAtOnce, begin, () => Promise.resolve())) {
      let read = await result;
      if (!read) {
        // Whether it is a duplicate depends on what becomes of the same bytes before it.
        await this.#flush(waiting);
        waiting = [];
        read = await this.#read(file);
      }
      this.#context.signal.throwIfAborted();
      waiting.push(read);
      if (waiting.length < together) continue;
      await this.#flush(waiting);
      waiting = [];
    }
    await this.#flush(waiting);
    return { outcomes: this.#outcomes.all, removedRows: this.#removedRows };
  }

  async #read(file: RunFile): Promise<ReadFile<T>> {
    this.#context.signal.throwIfAborted();
    const duplicate = await this.#outcomes.duplicate(file);
    if (duplicate) return { file, outcome: duplicate };
    try {
      const { services, signal } = this.#context;
      const value = await withFile(services.inboxDir, file, (open) => this.#loader.read(open), signal);
      return { file, value };
    } catch (error) {
      const outcome = outcomeOf(file, error);
      if (!outcome) throw error;
      return { file, outcome };
    }
  }

  /** Writes files that were read and gives each its outcome, in their order. */
  async #flush(files: readonly ReadFile<T>[]): Promise<void> {
    const written = await this.#writeContents(files.flatMap((file) => ('value' in file ? [file] : [])));
    for (const read of files) {
      const outcome = 'outcome' in read ? read.outcome : written.get(read.file.id);
      if (!outcome) throw new Error(`${read.file.path} was read and has no outcome`);
      this.#outcomes.add(outcome);
    }
  }

  /** @returns the outcome of each by its file's id */
  async #writeContents(contents: readonly FileContent<T>[]): Promise<ReadonlyMap<bigint, FileOutcome>> {
    if (contents.length === 0) return new Map();
    return await togetherOrOneByOne(this.#tx, contents, {
      together: (all) => this.#writeRows(all),
      oneByOne: async (all) => {
        const outcomes = new Map<bigint, FileOutcome>();
        for (const content of all) {
          const { file } = content;
          const one = await behindSavepoint(
            this.#tx,
            () => this.#writeRows([content]),
            (error) => {
              const outcome = isDataError(error) ? outcomeOf(file, error) : undefined;
              return outcome && new Map([[file.id, outcome]]);
            },
          );
          for (const [id, outcome] of one) outcomes.set(id, outcome);
        }
        return outcomes;
      },
      isRefusal: isDataError,
      onRefusal: () =>
        this.#context.log.warn(`the database refused a row of ${contents.length} files; they are written one by one`),
    });
  }

  async #writeRows(contents: readonly FileContent<T>[]): Promise<ReadonlyMap<bigint, FileOutcome>> {
    const reloaded = contents.flatMap(({ file }) => (file.state === 'loaded' ? [file.id] : []));
    const removed = reloaded.length > 0 ? await this.#loader.remove(this.#tx, reloaded) : 0;
    await this.#loader.write(this.#tx, contents);
    if (typeof removed === 'number') this.#removedRows += removed;
    return new Map(contents.map(({ file, value }) => [file.id, this.#loaded(file, value)]));
  }

  #loaded(file: RunFile, value: T): FileOutcome {
    const spans = this.#loader.spansOf?.(file, value);
    return loadedOutcome(file, { rows: this.#loader.rowsOf(value), ...(spans && { spans }) });
  }
}
