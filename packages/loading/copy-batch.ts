import { messageOf } from '#contracts/errors.js';
import type { RejectedPart } from '#contracts/rejects.js';
import { CopyBinaryWriter, type CopyMark } from '#database/copy/binary.js';
import { CopyIn } from '#database/copy/copy-in.js';
import { fileCondition } from '#database/datasets/file-condition.js';
import { type FileOutcome, type RunFile, removeRejects, storeRejects } from '#database/ledger/outcomes.js';
import type { Tx } from '#database/pool.js';
import { quoteTable } from '#database/quote.js';
import {
  type HeldFile,
  holdFile,
  maxWholeBytes,
  type OpenFile,
  readFile,
  verified,
  withFile,
} from '#inbox/open-file.js';
import type { TaskContext } from '#runs/context.js';
import { type Batch, BatchOutcomes, loadedOutcome, outcomeOf } from './batch-outcomes.js';
import type { CopyLoad, CopyLoader, CopySource } from './copy-loader.js';
import type { WrittenBatch } from './load-batch.js';
import { prefetch } from './prefetch.js';
import { withScope } from './replace-scope.js';
import { behindSavepoint } from './savepoints.js';
import type { SummaryWriter } from './summary/summary-writer.js';
import { oneTable, PartitionTables, type TargetTable, type TargetTables } from './target-tables.js';

/** The files of a batch cannot be loaded together; one by one they can, as far as they are good. */
export class NotTogether extends Error {
  override readonly name = 'NotTogether';
}

/** Bytes of files from which on a load may have partitions of its own; some 200,000 rows of the data sample. */
const largeBatchBytes = 16 * 2 ** 20;
/** Files opened, small ones read, before their turn: a network drive takes its time for each. */
const openBefore = 8;
/** Bytes, about, that rejects and figures waiting to be stored may take. */
const maxPendingBytes = 4 * 2 ** 20;

interface OpenCopy {
  readonly table: TargetTable;
  readonly copy: CopyIn;
  /** Rows that were written for it. */
  rows: number;
}

/** Takes away all rows of files, and their figures. @returns how many rows there were */
export async function removeRows(
  tx: Tx,
  { target, summary }: Pick<CopyLoader, 'target' | 'summary'>,
  fileIds: readonly bigint[],
): Promise<number> {
  const ofFiles = fileCondition('file_id', fileIds);
  const { rowCount } = await tx.query(`DELETE FROM ${quoteTable(target.table)} WHERE ${ofFiles}`);
  await summary?.remove(tx, fileIds);
  return rowCount ?? 0;
}

/** Copies the rows of a run's files into their table. Good for one of its two ways, once. */
export class CopyBatch {
  readonly #context: TaskContext;
  readonly #loader: CopyLoader;
  readonly #tx: Tx;
  readonly #outcomes: BatchOutcomes;
  readonly #writer = new CopyBinaryWriter();
  #tables: TargetTables;
  #open: OpenCopy | undefined;
  #rejects: { readonly fileId: bigint; readonly kept: readonly RejectedPart[] }[] = [];
  #rejectBytes = 0;
  #removedRows = 0;
  readonly #summaries: SummaryWriter | undefined;

  constructor(context: TaskContext, loader: CopyLoader, tx: Tx, batch: Batch) {
    this.#context = context;
    this.#loader = loader;
    this.#tx = tx;
    this.#outcomes = new BatchOutcomes(context, batch);
    this.#tables = oneTable(loader.target.table);
    this.#summaries = loader.summary?.writer();
  }

  /**
   * Loads files with as few COPYs as possible.
   * @throws NotTogether when one of them brings the others down, and what the server refuses; the caller then rolls
   * back
   */
  async loadTogether(files: readonly RunFile[]): Promise<WrittenBatch> {
    const reloaded = files.filter((file) => file.state === 'loaded').map((file) => file.id);
    const bytes = files.reduce((sum, file) => sum + Number(file.size), 0);
    await this.#openTables(bytes >= largeBatchBytes && reloaded.length === 0);
    try {
      this.#removedRows += await this.#removeEarlierLoad(reloaded);
      for await (const { item: file, result } of prefetch(files, openBefore, this.#hold, (held) => held.close())) {
        const outcome = (await this.#outcomes.duplicate(file)) ?? (await this.#loadOne(file, result));
        if (file.state === 'loaded' && outcome.kind !== 'loaded') {
          throw new NotTogether(`${file.path} was loaded before and is not good now`);
        }
        this.#outcomes.add(outcome);
      }
      await this.#closeCopy(this.#writer.mark());
      await this.#tables.join();
    } catch (error) {
      await this.#open?.copy.abort();
      throw error;
    }
    return this.#written();
  }

  /** Loads each file by itself behind a savepoint. */
  async loadOneByOne(files: readonly RunFile[]): Promise<WrittenBatch> {
    await this.#openTables(false);
    for (const file of files) {
      this.#context.signal.throwIfAborted();
      this.#outcomes.add((await this.#outcomes.duplicate(file)) ?? (await this.#loadAlone(file)));
    }
    await this.#summaries?.write(this.#tx);
    return this.#written();
  }

  #written(): WrittenBatch {
    return { outcomes: this.#outcomes.all, removedRows: this.#removedRows, afterCommit: () => this.#afterCommit() };
  }

  async #afterCommit(): Promise<void> {
    try {
      await this.#tables.afterCommit();
    } catch (error) {
      this.#context.log.warn(
        `index by file could not be brought up to date: ${messageOf(error)}; autovacuum does it later`,
      );
    }
  }

  async #openTables(large: boolean): Promise<void> {
    const { target, partitionsEvery } = this.#loader;
    if (!partitionsEvery) return;
    const { fence, services } = this.#context;
    this.#tables = await PartitionTables.open({
      tx: this.#tx,
      pool: services.pool,
      table: target.table,
      every: partitionsEvery,
      // Unlike any other transaction's, and it says whose. The id's end, because its beginning is a time.
      name: `r${fence.runId.slice(-12)}_${fence.attempt}`,
      large,
    });
  }

  async #removeEarlierLoad(fileIds: readonly bigint[]): Promise<number> {
    if (fileIds.length === 0) return 0;
    await removeRejects(this.#tx, fileIds);
    return await removeRows(this.#tx, this.#loader, fileIds);
  }

  /** Before a file's turn; one that is too large for that is opened again when it is loaded alone. */
  readonly #hold = (file: RunFile): Promise<HeldFile> => {
    const { services, signal } = this.#context;
    return file.size <= maxWholeBytes ? readFile(services.inboxDir, file) : holdFile(services.inboxDir, file, signal);
  };

  /** Makes a file's rows in memory and adds them to the COPY under way; one with too many rows gets its own. */
  async #loadOne(file: RunFile, opening: Promise<HeldFile>): Promise<FileOutcome> {
    const mark = this.#writer.mark();
    const made = await this.#makeRows(file, opening, mark);
    if (made && 'load' in made) {
      await this.#send(mark, made.load);
      return await this.#loaded(file, made.load);
    }
    this.#writer.rewind(mark);
    if (made) return made.outcome;
    await this.#closeCopy(mark);
    return await this.#loadAlone(file);
  }

  /**
   * Writes a file's rows behind `mark` of the writer.
   * @returns its outcome when it cannot be loaded; undefined when its rows take more memory than a load may hold
   */
  async #makeRows(
    file: RunFile,
    opening: Promise<HeldFile>,
    mark: CopyMark,
  ): Promise<{ readonly load: CopyLoad } | { readonly outcome: FileOutcome } | undefined> {
    const { signal, services } = this.#context;
    try {
      const held = await opening;
      if (held.size > services.loadMemory) return undefined;
      const load = await verified(held, async () => {
        const source = await this.#loader.open(held, signal);
        const rows = source.writeRows(this.#writer);
        try {
          for (;;) {
            signal.throwIfAborted();
            const step = await rows.next();
            if (step.done === true) return withScope(step.value, this.#loader.replace);
            if (this.#writer.bytesSince(mark) > services.loadMemory) return undefined;
          }
        } finally {
          await rows.return({ rows: 0 });
        }
      });
      return load && { load };
    } catch (error) {
      const outcome = outcomeOf(file, error);
      if (!outcome) throw error;
      return { outcome };
    }
  }

  /** Sends what is ready, the tuples after `mark` to the table for their times. */
  async #send(mark: CopyMark, { spans = [], rows }: CopyLoad): Promise<void> {
    if (this.#open && !this.#tables.takes(this.#open.table, spans)) await this.#closeCopy(mark);
    this.#open ??= this.#beginCopy(await this.#tables.tableFor(spans));
    this.#open.rows += rows;
    for (const chunk of this.#writer.takeFilled()) await this.#open.copy.write(chunk);
  }

  #beginCopy(table: TargetTable): OpenCopy {
    const target = { table: table.name, columns: this.#loader.target.columns };
    return { table, copy: new CopyIn(this.#tx, target, { freeze: table.fresh }), rows: 0 };
  }

  /** Sends what was written up to `mark` and ends the COPY under way. */
  async #closeCopy(mark: CopyMark): Promise<void> {
    const open = this.#open;
    if (open) {
      for (const chunk of this.#writer.takeBefore(mark)) await open.copy.write(chunk);
      await endCopy(open);
      this.#open = undefined;
    }
    for (const { fileId, kept } of this.#rejects) await storeRejects(this.#tx, fileId, kept);
    this.#rejects = [];
    this.#rejectBytes = 0;
    await this.#summaries?.write(this.#tx);
  }

  /** Keeps the rejects and the figures until no COPY is under way. */
  async #loaded(file: RunFile, load: CopyLoad): Promise<FileOutcome> {
    const { rejects } = load;
    await this.#summarize(file, load);
    if (rejects && rejects.kept.length > 0) {
      this.#rejects.push({ fileId: file.id, kept: rejects.kept });
      this.#rejectBytes += rejects.kept.reduce((sum, part) => sum + part.content.length + part.reason.length, 0);
    }
    const waiting = this.#rejectBytes + (this.#summaries?.bytes ?? 0);
    if (waiting > maxPendingBytes) await this.#closeCopy(this.#writer.mark());
    return loadedOutcome(file, load);
  }

  async #summarize(file: RunFile, { summary }: CopyLoad): Promise<void> {
    if (summary === undefined || (await this.#summaries?.add(file.id, summary)) === true) return;
    this.#context.log.warn(`${file.path}: too many distinct values for its summary; refresh-summary makes it later`);
  }

  /** Loads one file in constant memory with a COPY and a savepoint of its own. */
  async #loadAlone(file: RunFile): Promise<FileOutcome> {
    const { services, signal } = this.#context;
    let removed = 0;
    const load = async (open: OpenFile): Promise<CopyLoad> => {
      if (file.state === 'loaded') removed = await this.#removeEarlierLoad([file.id]);
      const source = await this.#loader.open(open, signal);
      const table = await this.#tables.tableFor((await source.spans?.()) ?? [], file.id);
      return withScope(await this.#stream(table, source), this.#loader.replace);
    };
    return await behindSavepoint(
      this.#tx,
      async () => {
        const loaded = await withFile(services.inboxDir, file, load, signal);
        await storeRejects(this.#tx, file.id, loaded.rejects?.kept ?? []);
        this.#removedRows += removed;
        await this.#summarize(file, loaded);
        return loadedOutcome(file, loaded);
      },
      (error) => {
        this.#tables.forget(file.id);
        return outcomeOf(file, error);
      },
    );
  }

  async #stream(table: TargetTable, source: CopySource): Promise<CopyLoad> {
    const { signal } = this.#context;
    const writer = new CopyBinaryWriter();
    const open = this.#beginCopy(table);
    const rows = source.writeRows(writer);
    try {
      for (;;) {
        signal.throwIfAborted();
        const step = await rows.next();
        for (const chunk of step.done === true ? writer.takeAll() : writer.takeFilled()) await open.copy.write(chunk);
        if (step.done !== true) continue;
        open.rows = step.value.rows;
        await endCopy(open);
        return step.value;
      }
    } catch (error) {
      await open.copy.abort();
      throw error;
    } finally {
      await rows.return({ rows: 0 });
    }
  }
}

async function endCopy({ copy, table, rows }: OpenCopy): Promise<void> {
  const taken = await copy.end();
  if (taken !== rows) throw new Error(`${table.name}: ${rows} rows were sent, the database took ${taken}`);
}
