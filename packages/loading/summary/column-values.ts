import { chunkValues } from '#database/datasets/summary.js';
import type { FieldBatch } from '#parquet/field-batch.js';
import { maxBatchRows } from '#parquet/plain-values.js';
import type { ValueIndex } from './value-index.js';

const chunkBytes = chunkValues / 8;
const chunkShift = Math.log2(chunkValues);
const noCells = new Int32Array(0);

/** Used within one synchronous call only. A batch has no more rows. */
const scratchEntries = new Uint32Array(maxBatchRows);
const scratchNumbers = new Int32Array(maxBatchRows);

/** The values of a column that a file has on a day. */
export class ValueSet {
  /** By chunk, a bit for each id, the first of a byte being its highest. */
  readonly chunks: (Uint8Array | undefined)[] = [];
  /** Values that have no id yet. */
  readonly #pending = new Set<number>();
  readonly #index: ValueIndex;

  constructor(index: ValueIndex) {
    this.#index = index;
  }

  /** Adds values by their numbers in the index, the first `count` of these; -1 stands for none. */
  add(numbers: ArrayLike<number>, count: number): void {
    const { ids } = this.#index;
    for (let n = 0; n < count; n++) {
      const number = numbers[n] ?? -1;
      if (number < 0) continue;
      const id = ids[number] ?? -1;
      if (id < 0) {
        this.#pending.add(number);
        continue;
      }
      const bits = this.chunks[id >>> chunkShift] ?? this.#begin(id >>> chunkShift);
      const at = (id & (chunkValues - 1)) >>> 3;
      bits[at] = (bits[at] ?? 0) | (128 >>> (id & 7));
    }
  }

  /** The values that wait for their ids. */
  get pending(): Iterable<number> {
    return this.#pending;
  }

  /** Takes them, when the index has their ids. */
  settle(): void {
    const numbers = [...this.#pending];
    this.#pending.clear();
    this.add(numbers, numbers.length);
  }

  #begin(chunk: number): Uint8Array {
    const bits = new Uint8Array(chunkBytes);
    this.chunks[chunk] = bits;
    return bits;
  }
}

/** Finds the values of a column of one file, an entry of a dictionary once. */
export class ColumnValues {
  readonly #index: ValueIndex;
  #dictionary: object | undefined;
  /** By entry of the dictionary: 0 for one that no row had yet, and for no value; else the value's number and 1. */
  #cells = noCells;
  /** The set that has all values of the cells; undefined when there are several sets. */
  #set: ValueSet | undefined;

  constructor(index: ValueIndex) {
    this.#index = index;
  }

  /** Adds the values of the rows from `from` up to, not including, `to`. */
  add(field: FieldBatch, from: number, to: number, set: ValueSet): void {
    const { dictionary, picks } = field;
    if (dictionary === undefined || dictionary !== this.#dictionary) {
      // Without a dictionary the entries are other ones each time.
      this.#dictionary = dictionary;
      this.#cells = new Int32Array(field.starts.length);
      this.#set = set;
    }
    this.#addFresh(field, from, to, set);
    if (this.#set === set) return;
    this.#set = undefined;
    const cells = this.#cells;
    for (let first = from; first < to; first += scratchNumbers.length) {
      const count = Math.min(to - first, scratchNumbers.length);
      for (let n = 0; n < count; n++) scratchNumbers[n] = (cells[picks[first + n] ?? 0] ?? 0) - 1;
      set.add(scratchNumbers, count);
    }
  }

  /** Finds the entries that no row had yet. */
  #addFresh(field: FieldBatch, from: number, to: number, set: ValueSet): void {
    const { picks } = field;
    const cells = this.#cells;
    let count = 0;
    for (let row = from; row < to; row++) {
      const pick = picks[row] ?? 0;
      if (cells[pick] !== 0) continue;
      cells[pick] = -1;
      scratchEntries[count++] = pick;
    }
    if (count === 0) return;
    this.#index.find(field, scratchEntries, count, scratchNumbers);
    // What is -1 + 1 there is looked for again, and found to be no value again.
    for (let n = 0; n < count; n++) cells[scratchEntries[n] ?? 0] = (scratchNumbers[n] ?? -1) + 1;
    set.add(scratchNumbers, count);
  }
}
