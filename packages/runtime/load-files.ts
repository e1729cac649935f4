import type { FileTaskOutput } from '#contracts/file-task.js';
import { isDataFault } from '#database/faults.js';
import type { FileOutcome, RunFile } from '#database/ledger/outcomes.js';
import type { Tx } from '#database/pool.js';
import { ahead } from './ahead.js';
import { type Batch, commitBatch, outcomeOf } from './batch.js';
import type { TaskContext } from './context.js';
import { type OpenFile, withFile } from './open-file.js';

/** How a task puts files into its dataset that bring few rows each. For rows in great number see `loadByCopy`. */
export interface FileLoader<T> {
  /** Files that are read at a time. */
  readonly ahead: number;
  /** Most files that are written together; what was read of so many is held in memory. */
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
  /** Takes away all rows of files. */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<void>;
}

/** A file and what was read of it. */
export interface FileContent<T> {
  readonly file: RunFile;
  readonly value: T;
}

/** A file that was read, or is known not to load. */
type Turn<T> = FileContent<T> | { readonly file: RunFile; readonly outcome: FileOutcome };

/**
 * Loads the files of a run in its transaction (see `commitBatch`): several are read at a time, and the rows of many are
 * written together behind a savepoint. Should the database refuse them, they are written again one by one. So a file
 * that cannot be loaded is quarantined, keeping rows that it has from before, and the others load (promise 6).
 */
export async function loadFiles<T>(context: TaskContext, loader: FileLoader<T>): Promise<FileTaskOutput> {
  return await commitBatch(context, {
    remove: (tx, fileIds) => loader.remove(tx, fileIds),
    load: (tx, files, batch) => new FileBatch(context, loader, tx, batch).load(files),
  });
}

class FileBatch<T> {
  readonly #context: TaskContext;
  readonly #loader: FileLoader<T>;
  readonly #tx: Tx;
  readonly #batch: Batch;
  #waiting: Turn<T>[] = [];

  constructor(context: TaskContext, loader: FileLoader<T>, tx: Tx, batch: Batch) {
    this.#context = context;
    this.#loader = loader;
    this.#tx = tx;
    this.#batch = batch;
  }

  async load(files: readonly RunFile[]): Promise<void> {
    const { ahead: depth, together } = this.#loader;
    const firsts = new Map(files.toReversed().map((file) => [file.sha256, file.id]));
    const begin = async (file: RunFile): Promise<Turn<T> | undefined> =>
      firsts.get(file.sha256) === file.id ? await this.#read(file) : undefined;
    for await (const { item: file, result } of ahead(files, depth, begin, () => Promise.resolve())) {
      let turn = await result;
      if (!turn) {
        // Whether it is a duplicate depends on what becomes of the same bytes before it.
        await this.#flush();
        turn = await this.#read(file);
      }
      this.#context.signal.throwIfAborted();
      this.#waiting.push(turn);
      if (this.#waiting.length >= together) await this.#flush();
    }
    await this.#flush();
  }

  async #read(file: RunFile): Promise<Turn<T>> {
    this.#context.signal.throwIfAborted();
    const duplicate = await this.#batch.duplicate(file);
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

  /** Writes what is waiting and gives each file its outcome, in their order. */
  async #flush(): Promise<void> {
    const turns = this.#waiting;
    this.#waiting = [];
    const refused = await this.#write(turns.flatMap((turn) => ('value' in turn ? [turn] : [])));
    for (const turn of turns) this.#batch.add(this.#outcome(turn, refused));
  }

  #outcome(turn: Turn<T>, refused: ReadonlyMap<bigint, FileOutcome>): FileOutcome {
    if ('outcome' in turn) return turn.outcome;
    const { file, value } = turn;
    return refused.get(file.id) ?? { kind: 'loaded', file, rows: this.#loader.rowsOf(value), rejects: 0 };
  }

  /** @returns the outcomes of those that the database refuses; the others are written */
  async #write(files: readonly FileContent<T>[]): Promise<ReadonlyMap<bigint, FileOutcome>> {
    if (files.length === 0) return new Map();
    const reloaded = files.flatMap(({ file }) => (file.state === 'loaded' ? [file.id] : []));
    await this.#tx.query('SAVEPOINT files');
    try {
      if (reloaded.length > 0) await this.#loader.remove(this.#tx, reloaded);
      await this.#loader.write(this.#tx, files);
      await this.#tx.query('RELEASE SAVEPOINT files');
      return new Map();
    } catch (error) {
      if (!isDataFault(error)) throw error;
      await this.#tx.query('ROLLBACK TO SAVEPOINT files');
      await this.#tx.query('RELEASE SAVEPOINT files');
      const [first] = files;
      const outcome = first && files.length === 1 ? outcomeOf(first.file, error) : undefined;
      if (first && outcome) return new Map([[first.file.id, outcome]]);
    }
    this.#context.log.warn(`the database refused a row of ${files.length} files; they are written one by one`);
    const refused = new Map<bigint, FileOutcome>();
    for (const file of files) {
      for (const [id, outcome] of await this.#write([file])) refused.set(id, outcome);
    }
    return refused;
  }
}
