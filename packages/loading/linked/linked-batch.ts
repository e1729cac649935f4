import { maxRejectsKept } from '#contracts/rejects.js';
import { TimePartitions } from '#database/datasets/partitions.js';
import { isDataError } from '#database/error-kinds.js';
import { type FileOutcome, type RunFile, removeRejects, storeRejects } from '#database/ledger/outcomes.js';
import { lockFiles, takeTurnWithFiles } from '#database/ledger/reloads.js';
import { wakeMissed } from '#database/ledger/waits.js';
import {
  countStaged,
  findDroppedParents,
  findMissingParents,
  findTakenKeys,
  listStagedSpans,
  type StagedRows,
} from '#database/linked/decide.js';
import { checkStaged, createStages, listRejects, rejectMisfits, rejectRepeatedKeys } from '#database/linked/stage.js';
import { countLinked, removeLinked, TablesChanged, writeStaged } from '#database/linked/write.js';
import type { Tx } from '#database/pool.js';
import { type HeldFile, holdFile, maxWholeBytes, type OpenFile, readFile, verified } from '#inbox/open-file.js';
import type { TaskContext } from '#runs/context.js';
import { type Batch, BatchOutcomes, loadedOutcome, outcomeOf } from '../batch-outcomes.js';
import type { WrittenBatch } from '../load-batch.js';
import { openPageMemory } from '../parquet-loader.js';
import { prefetch } from '../prefetch.js';
import { behindSavepoint } from '../savepoints.js';
import type { LinkedFiles } from './linked-files.js';
import { type ReadRejects, stageJson } from './linked-json.js';
import { stageParquet } from './linked-parquet.js';
import {
  droppedByDuplicate,
  droppedOutcome,
  MissingPartitions,
  maxMonths,
  noGoodRow,
  type Staged,
  takenOutcome,
  tooManyMonths,
  waitingOutcome,
} from './outcomes.js';
import { Stager } from './stager.js';

/** Files opened, small ones read, before their turn: a network drive takes its time for each. */
const openBefore = 8;
/** How often a batch is decided about anew because others have changed the tables meanwhile. */
const maxTries = 3;

/** Outcomes by the ids of their files. */
type Outcomes = Map<bigint, FileOutcome>;

/** Writes the rows of a run's files into tables that refer to each other. Good for once. */
export class LinkedBatch {
  readonly #context: TaskContext;
  readonly #files: LinkedFiles;
  readonly #tx: Tx;
  readonly #batch: Batch;

  constructor(context: TaskContext, files: LinkedFiles, tx: Tx, batch: Batch) {
    this.#context = context;
    this.#files = files;
    this.#tx = tx;
    this.#batch = batch;
  }

  /** @throws MissingPartitions with nothing written; the caller then rolls back */
  async write(): Promise<WrittenBatch> {
    const { tables } = this.#files;
    const outcomes = new BatchOutcomes(this.#context, this.#batch);
    const decided: Outcomes = new Map();
    const twins = this.#twins();
    await createStages(this.#tx, tables);
    for (const file of this.#batch.files) {
      const duplicate = twins.has(file.id) ? undefined : await outcomes.duplicate(file);
      if (duplicate) decided.set(file.id, await this.#duplicate(file, duplicate));
    }
    const own = this.#batch.files.filter(({ id }) => !decided.has(id) && !twins.has(id));
    const good = await this.#check(await this.#stage(own, decided), decided);
    await this.#takeTurn(good);
    const reloaded = good.filter(({ file }) => file.state === 'loaded').map(({ id }) => id);
    const before = await this.#countBefore(reloaded);
    for (const [id, outcome] of await this.#load(good)) decided.set(id, outcome);
    const removedRows = reloaded.reduce(
      (sum, id) => sum + (decided.get(id)?.kind === 'loaded' ? (before.get(id) ?? 0) : 0),
      0,
    );
    for (const file of this.#batch.files) {
      const outcome = decided.get(twins.get(file.id)?.id ?? file.id);
      if (!outcome) throw new Error(`${file.path} was staged and has no outcome`);
      outcomes.add(asTwin(file, outcome));
    }
    return { outcomes: outcomes.all, removedRows, afterCommit: () => this.#afterCommit() };
  }

  /** Files of the batch that have the bytes of one before them, with that one. */
  #twins(): ReadonlyMap<bigint, RunFile> {
    const first = new Map<string, RunFile>();
    const twins = new Map<bigint, RunFile>();
    for (const file of this.#batch.files) {
      const twin = first.get(file.sha256);
      if (twin) twins.set(file.id, twin);
      else first.set(file.sha256, file);
    }
    return twins;
  }

  #olderVersions(file: RunFile): bigint[] {
    return this.#batch.relatives.filter(({ path }) => path === file.path).map(({ id }) => id);
  }

  /** A duplicate takes the rows of its path's older version away, unless others refer to them. */
  async #duplicate(file: RunFile, outcome: FileOutcome): Promise<FileOutcome> {
    const older = this.#olderVersions(file);
    if (older.length === 0) return outcome;
    await takeTurnWithFiles(this.#tx, older, undefined);
    await lockFiles(this.#tx, older);
    return await behindSavepoint<FileOutcome>(
      this.#tx,
      async () => {
        await removeLinked(this.#tx, this.#files.tables, older);
        return outcome;
      },
      (error) => (isDataError(error) ? droppedByDuplicate(file) : undefined),
    );
  }

  /** Reads files into the stages. One that cannot be read gets its outcome; what was staged of it is not looked at. */
  async #stage(files: readonly RunFile[], decided: Outcomes): Promise<Staged[]> {
    const { signal } = this.#context;
    const stager = new Stager(this.#tx);
    const staged: Staged[] = [];
    for await (const { item: file, result } of prefetch(files, openBefore, this.#hold, (held) => held.close())) {
      signal.throwIfAborted();
      try {
        const rejects = await verified(await result, (open) => this.#read(stager, open));
        const replaces = [...this.#olderVersions(file), ...(file.state === 'loaded' ? [file.id] : [])];
        staged.push({ id: file.id, file, replaces, rejects });
      } catch (error) {
        const outcome = outcomeOf(file, error);
        if (!outcome || isDataError(error)) throw error;
        decided.set(file.id, outcome);
      }
      await stager.sendFull();
    }
    await stager.sendAll();
    return staged;
  }

  readonly #hold = (file: RunFile): Promise<HeldFile> => {
    const { services, signal } = this.#context;
    return file.size <= maxWholeBytes ? readFile(services.inboxDir, file) : holdFile(services.inboxDir, file, signal);
  };

  async #read(stager: Stager, open: OpenFile): Promise<ReadRejects> {
    const { services, signal } = this.#context;
    if (!isParquet(open.path)) return await stageJson(this.#files, stager, open, signal);
    const table = this.#files.tables.get(this.#files.datasetOf(open.path));
    await stageParquet(table, stager, open, { memory: await openPageMemory(services), signal });
    return { count: 0, kept: [] };
  }

  /** Rejects what each file says by itself cannot be taken. */
  async #check(staged: readonly Staged[], decided: Outcomes): Promise<Staged[]> {
    const { tables } = this.#files;
    const parquet = staged.filter(({ file }) => isParquet(file.path)).map(({ id }) => id);
    if (parquet.length > 0) for (const table of tables.all) await checkStaged(this.#tx, table, parquet);
    await rejectRepeatedKeys(this.#tx, tables, idsOf(staged));
    const found = await countStaged(this.#tx, tables, idsOf(staged));
    const wide = new Map(found.filter(({ months }) => months > maxMonths).map((rows) => [rows.fileId, rows]));
    for (const one of staged) {
      const rows = wide.get(one.id);
      if (rows) decided.set(one.id, tooManyMonths(one, rows.dataset, rows.months));
    }
    return staged.filter(({ id }) => !wide.has(id));
  }

  async #takeTurn(staged: readonly Staged[]): Promise<void> {
    const replaced = staged.flatMap(({ id, replaces }) => replaces.filter((old) => old !== id));
    await takeTurnWithFiles(this.#tx, replaced, undefined);
    await lockFiles(this.#tx, replaced);
  }

  async #countBefore(ids: readonly bigint[]): Promise<ReadonlyMap<bigint, number>> {
    const counts = new Map<bigint, number>();
    for (const id of ids) counts.set(id, await countLinked(this.#tx, this.#files.tables, [id]));
    return counts;
  }

  /** Loads all files together, or one by one when that is refused. */
  async #load(staged: readonly Staged[]): Promise<Outcomes> {
    for (let tries = 1; tries <= maxTries; tries++) {
      const outcomes = await behindSavepoint<Outcomes | 'refused'>(
        this.#tx,
        () => this.#attempt(staged),
        (error) => (error instanceof TablesChanged || isDataError(error) ? 'refused' : undefined),
      );
      if (outcomes !== 'refused') return outcomes;
    }
    this.#context.log.warn('loading the files together was refused by the database; they are loaded one by one');
    return await this.#oneByOne(staged);
  }

  /** Each behind a savepoint, again and again while one is loaded: others may have waited for its rows. */
  async #oneByOne(staged: readonly Staged[]): Promise<Outcomes> {
    const outcomes: Outcomes = new Map();
    let left = [...staged];
    for (let before = -1; left.length > 0 && left.length !== before; ) {
      before = left.length;
      for (const one of left) {
        this.#context.signal.throwIfAborted();
        const outcome = await behindSavepoint<FileOutcome | undefined>(
          this.#tx,
          async () => (await this.#attempt([one])).get(one.id),
          (error) => (error instanceof TablesChanged ? undefined : outcomeOf(one.file, error)),
        );
        if (outcome) outcomes.set(one.id, outcome);
      }
      left = left.filter(({ id }) => outcomes.get(id)?.kind !== 'loaded' && outcomes.get(id)?.kind !== 'quarantined');
    }
    return outcomes;
  }

  /** Decides about files and writes the rows of those that load. */
  async #attempt(staged: readonly Staged[]): Promise<Outcomes> {
    const { tables } = this.#files;
    const outcomes: Outcomes = new Map();
    let files = await this.#settle(staged, outcomes);
    await rejectMisfits(this.#tx, tables, idsOf(files));
    const rows = await countStaged(this.#tx, tables, idsOf(files));
    const rejects = await this.#rejectsOf(files);
    const isEmpty = ({ id }: Staged): boolean => !rows.some(({ fileId }) => fileId === id);
    for (const one of files) {
      const own = rejects.get(one.id);
      if (own && own.count > 0 && isEmpty(one)) outcomes.set(one.id, noGoodRow(one, own));
    }
    files = files.filter(({ id }) => !outcomes.has(id));
    await this.#expectPartitions(files);
    await writeStaged(this.#tx, tables, files);
    const reloaded = files.filter(({ file }) => file.state === 'loaded').map(({ id }) => id);
    if (reloaded.length > 0) await removeRejects(this.#tx, reloaded);
    for (const one of files) {
      const own = rejects.get(one.id) ?? one.rejects;
      await storeRejects(this.#tx, one.id, own.kept);
      outcomes.set(
        one.id,
        loaded(
          one.file,
          own,
          rows.filter(({ fileId }) => fileId === one.id),
        ),
      );
    }
    return outcomes;
  }

  /** The files that can be loaded with each other; the others get their outcomes. */
  async #settle(staged: readonly Staged[], outcomes: Outcomes): Promise<Staged[]> {
    const { tables } = this.#files;
    for (let files = [...staged]; ; files = files.filter(({ id }) => !outcomes.has(id))) {
      const byId = new Map(files.map((one) => [one.id, one]));
      const refuse = (id: bigint, outcome: (one: Staged) => FileOutcome): void => {
        const one = byId.get(id);
        if (one && !outcomes.has(id)) outcomes.set(id, outcome(one));
      };
      const known = outcomes.size;
      for (const taken of await findTakenKeys(this.#tx, tables, files)) {
        refuse(taken.fileId, (one) => takenOutcome(one, taken));
      }
      for (const dropped of await findDroppedParents(this.#tx, tables, files)) {
        refuse(dropped.fileId, (one) => droppedOutcome(one, dropped));
      }
      if (outcomes.size > known) continue;
      for (const [id, rows] of await findMissingParents(this.#tx, tables, files)) {
        refuse(id, (one) => waitingOutcome(one, rows));
      }
      if (outcomes.size === known) return files;
    }
  }

  async #rejectsOf(files: readonly Staged[]): Promise<ReadonlyMap<bigint, ReadRejects>> {
    const found = await listRejects(this.#tx, this.#files.tables, idsOf(files));
    return new Map(files.map(({ id, rejects }) => [id, joined(rejects, found.get(id))]));
  }

  async #expectPartitions(files: readonly Staged[]): Promise<void> {
    const lacking: MissingPartitions['tables'][number][] = [];
    for (const { dataset, definition } of this.#files.tables.all) {
      const { partition, table } = definition;
      if (!partition) continue;
      const spans = await listStagedSpans(this.#tx, this.#files.tables, dataset, idsOf(files));
      const partitions = await TimePartitions.read(this.#tx, table);
      if (partitions.missing(spans, partition.every).length > 0) lacking.push({ table, spans, every: partition.every });
    }
    if (lacking.length > 0) throw new MissingPartitions(lacking);
  }

  /** For files whose rows another transaction has brought while this one noted that they wait for them, or the reverse. */
  async #afterCommit(): Promise<void> {
    const keyed = this.#files.tables.keyed.map(({ dataset, definition, key }) => ({
      dataset,
      table: definition.table,
      key,
    }));
    await wakeMissed(this.#context.services.pool, keyed);
  }
}

const idsOf = (files: readonly Staged[]): bigint[] => files.map(({ id }) => id);

const isParquet = (path: string): boolean => /\.parquet$/i.test(path);

/** The rejects of a file's reader and of its stages, in the order of the file. */
function joined(read: ReadRejects, staged: ReadRejects | undefined): ReadRejects {
  if (!staged) return read;
  const kept = [...read.kept, ...staged.kept].sort((a, b) => a.ordinal - b.ordinal).slice(0, maxRejectsKept);
  return { count: read.count + staged.count, kept };
}

function loaded(file: RunFile, rejects: ReadRejects, staged: readonly StagedRows[]): FileOutcome {
  const spans = staged.flatMap(({ span }) => span ?? []);
  const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
  const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
  const hull = spans.reduce<(typeof spans)[number] | undefined>(
    (all, span) => (all ? { from: least(all.from, span.from), to: most(all.to, span.to) } : span),
    undefined,
  );
  return loadedOutcome(file, {
    rows: staged.reduce((sum, { rows }) => sum + rows, 0),
    tableRows: Object.fromEntries(staged.map(({ dataset, rows }) => [dataset, rows])),
    rejects,
    spans: hull ? [hull] : [],
  });
}

/** The outcome of a file, or of one with the same bytes: of two, one is loaded. */
function asTwin(file: RunFile, outcome: FileOutcome): FileOutcome {
  if (outcome.file.id === file.id) return outcome;
  if (outcome.kind === 'loaded') return { kind: 'duplicate', file, of: outcome.file, moved: false };
  return { ...outcome, file };
}
