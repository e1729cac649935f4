import { CopyBinaryWriter } from '#database/copy/binary.js';
import { CopyIn } from '#database/copy/copy-in.js';
import { removeSummaries, type SummarizedDataset, summaryColumns, summaryTable } from '#database/datasets/summary.js';
import { provideValueIds, readValuesVersion } from '#database/datasets/summary-values.js';
import type { Pool, Tx } from '#database/pool.js';
import type { WorkerServices } from '#runs/context.js';
import { type DayFigures, FileSummary, type SummaryPositions } from './file-summary.js';
import { ValueIndex } from './value-index.js';

/** Values whose ids are asked for at a time. */
const valuesAtOnce = 10_000;

/** What a worker process remembers of a dataset's values from load to load. */
interface KnownValues {
  /** As `readValuesVersion` says. */
  version: string;
  /** Of the distinct columns. */
  indexes: ValueIndex[];
}

/** Keeps the figures of the files that a run loads. */
export class SummaryLoader {
  readonly #dataset: SummarizedDataset;
  readonly #pool: Pool;
  readonly #positions: SummaryPositions;
  readonly #indexes: readonly ValueIndex[];

  private constructor(dataset: SummarizedDataset, pool: Pool, indexes: readonly ValueIndex[]) {
    const { columns, partition, summary } = dataset;
    const positionOf = (name: string): number => columns.findIndex((column) => column.name === name);
    this.#dataset = dataset;
    this.#pool = pool;
    this.#indexes = indexes;
    this.#positions = {
      time: positionOf(partition.column),
      distinct: (summary.distinct ?? []).map(positionOf),
      differences: (summary.differences ?? []).map(({ from, to }) => ({ from: positionOf(from), to: positionOf(to) })),
    };
  }

  static async open(dataset: SummarizedDataset, services: WorkerServices): Promise<SummaryLoader> {
    const distinct = dataset.summary.distinct ?? [];
    const { known } = await services.shared(`values of ${dataset.table}`, async () => ({
      known: { version: '', indexes: [] } as KnownValues,
      close: async () => {},
    }));
    const version = await readValuesVersion(services.pool, dataset);
    if (known.version !== version || known.indexes.length !== distinct.length) {
      known.version = version;
      known.indexes = distinct.map(() => new ValueIndex());
    }
    known.indexes = known.indexes.map((index) => (index.isFull ? new ValueIndex() : index));
    return new SummaryLoader(dataset, services.pool, known.indexes);
  }

  /** For the rows of a file. */
  begin(): FileSummary {
    return new FileSummary(this.#positions, this.#indexes);
  }

  /** For the files of a transaction. */
  writer(): SummaryWriter {
    return new SummaryWriter(this.#dataset, this.#pool);
  }

  /** Takes away the figures of files. */
  remove(tx: Tx, fileIds: readonly bigint[]): Promise<void> {
    return removeSummaries(tx, this.#dataset, fileIds);
  }
}

/** Writes the figures of files that a transaction loads. */
export class SummaryWriter {
  readonly #dataset: SummarizedDataset;
  readonly #pool: Pool;
  readonly #columns: readonly string[];
  #copy = new CopyBinaryWriter();
  #rows = 0;
  #fileIds: bigint[] = [];

  constructor(dataset: SummarizedDataset, pool: Pool) {
    this.#dataset = dataset;
    this.#pool = pool;
    this.#columns = summaryColumns(dataset).map(({ name }) => name);
  }

  /** Bytes that wait for `write`. */
  get bytes(): number {
    return this.#copy.bytesSince({ filled: 0, used: 0 });
  }

  /**
   * Takes the figures of a file whose rows are in, or on their way. Those of a file with too many distinct values are left to
   * the task refresh-summary.
   * @returns whether they were taken
   */
  async add(fileId: bigint, summary: FileSummary): Promise<boolean> {
    const { days } = summary;
    if (days === undefined) return false;
    for (const [n, column] of (this.#dataset.summary.distinct ?? []).entries()) {
      const index = summary.indexes[n];
      const pending = new Set(days.flatMap(({ values }) => [...(values[n]?.pending ?? [])]));
      if (index === undefined || pending.size === 0) continue;
      await this.#provideIds(column, index, [...pending]);
      for (const { values } of days) values[n]?.settle();
    }
    this.#fileIds.push(fileId);
    for (const figures of days) this.#writeDay(fileId, figures);
    return true;
  }

  /** Sends what was added. Not while a COPY is under way on the transaction. */
  async write(tx: Tx): Promise<void> {
    if (this.#rows === 0) return;
    const [copy, rows, fileIds] = [this.#copy, this.#rows, this.#fileIds];
    this.#copy = new CopyBinaryWriter();
    this.#rows = 0;
    this.#fileIds = [];
    // Whatever is there, of a file that somebody has set back by hand.
    await removeSummaries(tx, this.#dataset, fileIds);
    const table = summaryTable(this.#dataset);
    const open = new CopyIn(tx, { table, columns: this.#columns });
    try {
      for (const chunk of copy.takeAll()) await open.write(chunk);
      const taken = await open.end();
      if (taken !== rows) throw new Error(`${table}: ${rows} rows were sent, the database took ${taken}`);
    } catch (error) {
      await open.abort();
      throw error;
    }
  }

  async #provideIds(column: string, index: ValueIndex, numbers: readonly number[]): Promise<void> {
    for (let from = 0; from < numbers.length; from += valuesAtOnce) {
      const some = numbers.slice(from, from + valuesAtOnce);
      const texts = some.map((number) => index.textOf(number));
      const ids = await provideValueIds(this.#pool, this.#dataset, column, texts);
      for (const [n, number] of some.entries()) index.ids[number] = ids[n] ?? -1;
    }
  }

  #writeDay(fileId: bigint, figures: DayFigures): void {
    const chunks = figures.values.reduce((most, { chunks: { length } }) => Math.max(most, length), 1);
    for (let chunk = 0; chunk < chunks; chunk++) {
      if (chunk > 0 && figures.values.every((set) => set.chunks[chunk] === undefined)) continue;
      this.#writeChunk(fileId, figures, chunk);
      this.#rows += 1;
    }
  }

  #writeChunk(fileId: bigint, { day, rows, minutes, values, differences }: DayFigures, chunk: number): void {
    const copy = this.#copy;
    const isFirst = chunk === 0;
    copy.row(this.#columns.length);
    copy.int8(fileId);
    // A date is stored as days since 2000.
    copy.int4(day);
    copy.int4(chunk);
    copy.int4(isFirst ? rows : 0);
    if (isFirst) copy.bits(minutes);
    else copy.null();
    for (const set of values) {
      const bits = set.chunks[chunk];
      if (bits === undefined) copy.null();
      else copy.bits(bits);
    }
    for (const counts of differences) {
      if (isFirst) {
        copy.int4Array(counts.days);
        copy.int4Array(counts.rows);
      } else {
        copy.null();
        copy.null();
      }
      for (const time of isFirst ? [counts.least, counts.greatest] : [undefined, undefined]) {
        // A timestamp is stored as microseconds since 2000.
        if (time === undefined) copy.null();
        else copy.int8((BigInt(time.high) << 32n) | BigInt(time.low));
      }
    }
  }
}
