import { BadInputError, messageOf } from '#contracts/errors.js';
import { CopyBinaryWriter, type CopyMark } from '#database/copy/binary.js';
import { CopyIn } from '#database/copy/copy-in.js';
import { dayOf } from '#database/datasets/partitions.js';
import { isDataFault } from '#database/faults.js';
import { type FileOutcome, type RunFile, removeRejects, storeRejects } from '#database/ledger/outcomes.js';
import type { Tx } from '#database/pool.js';
import { ahead } from './ahead.js';
import { type Batch, type Load, outcomeOf } from './batch.js';
import type { TaskContext } from './context.js';
import type { CopyLoad, CopyLoader, CopySource } from './copy-files.js';
import { type CopyPlaces, PartitionedPlaces, type Place, singlePlace } from './copy-places.js';
import { type HeldFile, holdFile, maxWholeBytes, type OpenFile, readFile, verified, withFile } from './open-file.js';

export interface CopyBatchDeps {
  readonly context: TaskContext;
  readonly loader: CopyLoader;
  readonly tx: Tx;
  readonly batch: Batch;
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<void>;
}

/** The files of a batch cannot be loaded together; one by one they can, as far as they are good. */
export class NotTogether extends Error {
  override readonly name = 'NotTogether';
}

/** From so many bytes of files on a load may have partitions of its own; some 200,000 rows of the data sample. */
const largeBatchBytes = 16 * 2 ** 20;
/** Files opened, small ones read, before their turn: a network drive takes its time for each. */
const filesAhead = 8;
/** Rejects waiting to be stored take no more than about so many bytes. */
const maxPendingRejectBytes = 4 * 2 ** 20;

interface OpenCopy {
  readonly place: Place;
  readonly copy: CopyIn;
  /** Rows that were written for it. */
  rows: number;
}

type Rejects = NonNullable<Load['rejects']>['kept'];

/** Copies the rows of a run's files into their table. Good for one of its two ways, once. */
export class CopyBatch {
  readonly #deps: CopyBatchDeps;
  readonly #writer = new CopyBinaryWriter();
  #places: CopyPlaces;
  #open: OpenCopy | undefined;
  #rejects: { readonly fileId: bigint; readonly kept: Rejects }[] = [];
  #rejectBytes = 0;

  constructor(deps: CopyBatchDeps) {
    this.#deps = deps;
    this.#places = singlePlace(deps.loader.target.table);
  }

  /**
   * Loads files with as few COPYs as possible.
   * @throws NotTogether when one of them brings the others down; the caller then rolls back
   */
  async loadTogether(files: readonly RunFile[]): Promise<void> {
    const { batch, tx, remove } = this.#deps;
    const reloaded = files.filter((file) => file.state === 'loaded').map((file) => file.id);
    const bytes = files.reduce((sum, file) => sum + Number(file.size), 0);
    await this.#openPlaces(bytes >= largeBatchBytes && reloaded.length === 0);
    try {
      if (reloaded.length > 0) {
        await remove(tx, reloaded);
        await removeRejects(tx, reloaded);
      }
      for await (const { item: file, result } of ahead(files, filesAhead, this.#hold, (held) => held.close())) {
        const outcome = (await batch.duplicate(file)) ?? (await this.#loadOne(file, result));
        if (file.state === 'loaded' && outcome.kind !== 'loaded') {
          throw new NotTogether(`${file.path} was loaded before and is not good now`);
        }
        batch.add(outcome);
      }
      await this.#closeCopy(this.#writer.mark());
      await this.#places.join();
    } catch (error) {
      await this.#open?.copy.abort();
      if (!isDataFault(error)) throw error;
      throw new NotTogether(`the database refused a row: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Loads each file by itself behind a savepoint. */
  async loadOneByOne(files: readonly RunFile[]): Promise<void> {
    await this.#openPlaces(false);
    for (const file of files) {
      this.#deps.context.signal.throwIfAborted();
      this.#deps.batch.add((await this.#deps.batch.duplicate(file)) ?? (await this.#loadAlone(file)));
    }
  }

  /** To be called when the transaction has been committed. */
  async afterCommit(): Promise<void> {
    try {
      await this.#places.afterCommit();
    } catch (error) {
      this.#deps.context.log.warn(`the index by file was not brought up to date, autovacuum will: ${messageOf(error)}`);
    }
  }

  async #openPlaces(large: boolean): Promise<void> {
    const { loader, tx, context } = this.#deps;
    const { table } = loader.target;
    if (!loader.partitionsEvery) return;
    this.#places = await PartitionedPlaces.open({
      tx,
      pool: context.services.pool,
      table,
      every: loader.partitionsEvery,
      // Unlike any other transaction's, and a hint who made it. Its end: the beginning of such an id is a time.
      name: `r${context.fence.runId.slice(-12)}_${context.fence.attempt}`,
      large,
    });
  }

  /** Before a file's turn; one that is too large for that is opened again when it is loaded alone. */
  readonly #hold = (file: RunFile): Promise<HeldFile> => {
    const { inboxDir } = this.#deps.context.services;
    return file.size <= maxWholeBytes ? readFile(inboxDir, file) : holdFile(inboxDir, file, this.#deps.context.signal);
  };

  /** Makes a file's rows in memory and adds them to the COPY under way; one with too many rows gets its own. */
  async #loadOne(file: RunFile, opening: Promise<HeldFile>): Promise<FileOutcome> {
    const { loader, context } = this.#deps;
    const { signal, services } = context;
    const mark = this.#writer.mark();
    let load: CopyLoad | undefined;
    try {
      const held = await opening;
      if (held.size <= services.loadMemory) {
        load = await verified(held, async () => {
          const source = await loader.open(held, signal);
          const rows = source.writeRows(this.#writer);
          try {
            for (;;) {
              signal.throwIfAborted();
              const step = await rows.next();
              if (step.done === true) return this.#scoped(step.value);
              if (this.#writer.bytesSince(mark) > services.loadMemory) return undefined;
            }
          } finally {
            await rows.return({ rows: 0 });
          }
        });
      }
    } catch (error) {
      this.#writer.rewind(mark);
      const outcome = outcomeOf(file, error);
      if (!outcome) throw error;
      return outcome;
    }
    if (!load) {
      this.#writer.rewind(mark);
      await this.#closeCopy(mark);
      return await this.#loadAlone(file);
    }
    await this.#send(mark, load);
    return await this.#loaded(file, load);
  }

  /** Sends what is ready, the tuples after `mark` to the place of their times. */
  async #send(mark: CopyMark, { spans = [], rows }: CopyLoad): Promise<void> {
    if (this.#open && !this.#places.takes(this.#open.place, spans)) await this.#closeCopy(mark);
    this.#open ??= this.#begin(await this.#places.placeOf(spans), 0);
    this.#open.rows += rows;
    for (const chunk of this.#writer.takeFilled()) await this.#open.copy.write(chunk);
  }

  #begin(place: Place, rows: number): OpenCopy {
    const { tx, loader } = this.#deps;
    const target = { table: place.table, columns: loader.target.columns };
    return { place, copy: new CopyIn(tx, target, { freeze: place.fresh }), rows };
  }

  /** Sends what was written up to `mark` and ends the COPY under way. */
  async #closeCopy(mark: CopyMark): Promise<void> {
    const open = this.#open;
    if (open) {
      for (const chunk of this.#writer.takeBefore(mark)) await open.copy.write(chunk);
      await endCopy(open);
      this.#open = undefined;
    }
    for (const { fileId, kept } of this.#rejects) await storeRejects(this.#deps.tx, fileId, kept);
    this.#rejects = [];
    this.#rejectBytes = 0;
  }

  /** Keeps the rejects until no COPY is under way. */
  async #loaded(file: RunFile, load: Load): Promise<FileOutcome> {
    const { rejects } = load;
    if (rejects && rejects.kept.length > 0) {
      this.#rejects.push({ fileId: file.id, kept: rejects.kept });
      this.#rejectBytes += rejects.kept.reduce((sum, part) => sum + part.content.length + part.reason.length, 0);
      if (this.#rejectBytes > maxPendingRejectBytes) await this.#closeCopy(this.#writer.mark());
    }
    return loadedOutcome(file, load);
  }

  /** Loads one file in constant memory with a COPY and a savepoint of its own. */
  async #loadAlone(file: RunFile): Promise<FileOutcome> {
    const { context, loader, tx, remove } = this.#deps;
    await tx.query('SAVEPOINT file');
    let place: Place | undefined;
    try {
      const work = async (open: OpenFile): Promise<CopyLoad> => {
        if (file.state === 'loaded') {
          await remove(tx, [file.id]);
          await removeRejects(tx, [file.id]);
        }
        const source = await loader.open(open, context.signal);
        place = await this.#places.placeOf((await source.spans?.()) ?? [], true);
        return this.#scoped(await this.#stream(place, source));
      };
      const load = await withFile(context.services.inboxDir, file, work, context.signal);
      await storeRejects(tx, file.id, load.rejects?.kept ?? []);
      await tx.query('RELEASE SAVEPOINT file');
      return loadedOutcome(file, load);
    } catch (error) {
      const outcome = outcomeOf(file, error);
      if (!outcome) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT file');
      if (place) this.#places.drop(place);
      return outcome;
    }
  }

  /** Adds what the file stands for. @throws BadInputError `several-days` */
  #scoped(load: CopyLoad): CopyLoad {
    const { replace = 'file' } = this.#deps.loader;
    if (replace === 'file' || load.rows === 0) return load;
    if (replace === 'table') return { ...load, scope: '*' };
    const days = [...new Set((load.spans ?? []).flatMap((span) => [dayOf(span.from), dayOf(span.to)]))];
    const [day] = days;
    if (days.length > 1 || day === undefined) {
      throw new BadInputError(
        'several-days',
        `its rows lie on several days (${days.slice(0, 5).join(', ')}); a file of this source replaces the rows of its ` +
          'day and must hold one day only: split it by day',
      );
    }
    return { ...load, scope: day };
  }

  async #stream(place: Place, source: CopySource): Promise<CopyLoad> {
    const { signal } = this.#deps.context;
    const writer = new CopyBinaryWriter();
    const open = this.#begin(place, 0);
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

const loadedOutcome = (file: RunFile, { rows, rejects, scope }: Load): FileOutcome => ({
  kind: 'loaded',
  file,
  rows,
  rejects: rejects?.count ?? 0,
  ...(scope === undefined ? {} : { scope }),
});

async function endCopy({ copy, place, rows }: OpenCopy): Promise<void> {
  const taken = await copy.end();
  if (taken !== rows) throw new Error(`${place.table}: ${rows} rows were sent, the database took ${taken}`);
}
