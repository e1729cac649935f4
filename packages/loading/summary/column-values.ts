import { chunkValues } from '#database/datasets/summary.js';
import type { FieldBatch } from '#parquet/field-batch.js';
import type { ValueIndex } from './value-index.js';

const chunkBytes = chunkValues / 8;
const chunkShift = Math.log2(chunkValues);
const noCells = new Int32Array(0);

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

  /** Adds a value by its number in the index. */
  add(number: number): void {
    const id = this.#index.ids[number] ?? -1;
    if (id < 0) {
      this.#pending.add(number);
      return;
    }
    const chunk = id >>> chunkShift;
    let bits = this.chunks[chunk];
    if (bits === undefined) {
      bits = new Uint8Array(chunkBytes);
      this.chunks[chunk] = bits;
    }
    const at = (id & (chunkValues - 1)) >>> 3;
    bits[at] = (bits[at] ?? 0) | (128 >>> (id & 7));
  }

  /** The values that wait for their ids. */
  get pending(): Iterable<number> {
    return this.#pending;
  }

  /** Takes them, when the index has their ids. */
  settle(): void {
    const numbers = [...this.#pending];
    this.#pending.clear();
    for (const number of numbers) this.add(number);
  }
}

/** Finds the values of a column of one file, an entry of a dictionary once. */
export class ColumnValues {
  readonly #index: ValueIndex;
  #dictionary: object | undefined;
  /** By entry of the dictionary: 0 for one that no row had yet, -1 for no value, else the value's number and 1. */
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
    const cells = this.#cells;
    if (this.#set === set) {
      for (let row = from; row < to; row++) {
        const pick = picks[row] ?? 0;
        if (cells[pick] === 0) this.#see(field, pick, set);
      }
      return;
    }
    this.#set = undefined;
    for (let row = from; row < to; row++) {
      const pick = picks[row] ?? 0;
      const cell = cells[pick] ?? 0;
      if (cell === 0) this.#see(field, pick, set);
      else if (cell > 0) set.add(cell - 1);
    }
  }

  #see({ bytes, starts, ends, ascii }: FieldBatch, pick: number, set: ValueSet): void {
    const end = ends[pick] ?? 0;
    if (end === 0) {
      this.#cells[pick] = -1;
      return;
    }
    const number = this.#index.numberOf(bytes, starts[pick] ?? 0, end, ascii);
    this.#cells[pick] = number + 1;
    set.add(number);
  }
}
