import { minutesPerDay } from '#database/datasets/summary.js';
import type { Batch, FieldBatch } from '#parquet/field-batch.js';
import { ColumnValues, ValueSet } from './column-values.js';
import { DifferenceCounts, TimeDifferences } from './time-differences.js';
import type { ValueIndex } from './value-index.js';

/** A day in units of 8,192 µs, as in `DaySpans`. */
const unitsPerDay = 10_546_875;
const microsPerMinute = 60_000_000;

/** Which columns of a batch are summarized, by their positions. */
export interface SummaryPositions {
  /** Of the partition column. */
  readonly time: number;
  readonly distinct: readonly number[];
  readonly differences: readonly { readonly from: number; readonly to: number }[];
}

/** What a file has on a day. */
export interface DayFigures {
  /** Days since 2000-01-01. */
  readonly day: number;
  rows: number;
  /** A bit for each minute of the day, the first of a byte being its highest. */
  readonly minutes: Uint8Array;
  readonly values: readonly ValueSet[];
  readonly differences: readonly DifferenceCounts[];
}

/** The figures of one file, taken from its rows while they are written. */
export class FileSummary {
  readonly #positions: SummaryPositions;
  readonly #indexes: readonly ValueIndex[];
  readonly #columns: readonly ColumnValues[];
  readonly #differences: readonly TimeDifferences[];
  readonly #days = new Map<number, DayFigures>();
  #current: DayFigures | undefined;

  /** @param indexes of the values of each distinct column */
  constructor(positions: SummaryPositions, indexes: readonly ValueIndex[]) {
    this.#positions = positions;
    this.#indexes = indexes;
    this.#columns = indexes.map((index) => new ColumnValues(index));
    this.#differences = positions.differences.map(() => new TimeDifferences());
  }

  /** Of each day; undefined when the file has more distinct values than are counted while it is loaded. */
  get days(): readonly DayFigures[] | undefined {
    return this.#indexes.some(({ isFull }) => isFull) ? undefined : [...this.#days.values()];
  }

  /** Of the distinct columns. */
  get indexes(): readonly ValueIndex[] {
    return this.#indexes;
  }

  /** Takes some rows, all of which have a time. */
  add({ fields, count }: Batch): void {
    if (this.#indexes.some(({ isFull }) => isFull)) return;
    const time = fields[this.#positions.time];
    if (time === undefined) return;
    const { dictionary, picks, starts } = time;
    // One entry, and behind it the one of rows without a value.
    if (dictionary !== undefined && starts.length === 2) {
      this.#addRows(fields, 0, count, this.#figuresAt(time, 0));
      return;
    }
    let from = 0;
    let last = -1;
    let figures: DayFigures | undefined;
    for (let row = 0; row < count; row++) {
      const pick = picks[row] ?? 0;
      if (pick === last) continue;
      last = pick;
      const next = this.#figuresAt(time, pick);
      if (figures !== undefined && next !== figures) {
        this.#addRows(fields, from, row, figures);
        from = row;
      }
      figures = next;
    }
    if (figures !== undefined) this.#addRows(fields, from, count, figures);
  }

  /** The figures of an entry's day, its minute being marked. */
  #figuresAt({ bytes, starts }: FieldBatch, pick: number): DayFigures {
    // Behind the field's length (int32): microseconds since 2000-01-01 (int64).
    const at = (starts[pick] ?? 0) + 4;
    const low = bytes.getUint32(at + 4);
    const units = bytes.getInt32(at) * 0x8_0000 + (low >>> 13);
    const day = Math.floor(units / unitsPerDay);
    const minute = Math.floor(((units - day * unitsPerDay) * 8192 + (low & 8191)) / microsPerMinute);
    const known = this.#current?.day === day ? this.#current : this.#days.get(day);
    const figures = known ?? this.#begin(day);
    this.#current = figures;
    figures.minutes[minute >>> 3] = (figures.minutes[minute >>> 3] ?? 0) | (128 >>> (minute & 7));
    return figures;
  }

  #begin(day: number): DayFigures {
    const figures = {
      day,
      rows: 0,
      minutes: new Uint8Array(minutesPerDay / 8),
      values: this.#indexes.map((index) => new ValueSet(index)),
      differences: this.#differences.map(() => new DifferenceCounts()),
    };
    this.#days.set(day, figures);
    return figures;
  }

  #addRows(fields: readonly FieldBatch[], from: number, to: number, figures: DayFigures): void {
    const { distinct, differences } = this.#positions;
    figures.rows += to - from;
    for (let n = 0; n < distinct.length; n++) {
      const field = fields[distinct[n] ?? -1];
      const set = figures.values[n];
      if (field !== undefined && set !== undefined) this.#columns[n]?.add(field, from, to, set);
    }
    for (let n = 0; n < differences.length; n++) {
      const [earlier, later] = [fields[differences[n]?.from ?? -1], fields[differences[n]?.to ?? -1]];
      const counts = figures.differences[n];
      if (earlier === undefined || later === undefined || counts === undefined) continue;
      this.#differences[n]?.add(earlier, later, from, to, counts);
    }
  }
}
