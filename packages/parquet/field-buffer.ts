/** What a buffer keeps when it is cleared; one that had to grow beyond it was for texts of rare length. */
const maxKeptBytes = 2 ** 20;

/** Bytes of many short pieces in one growing array: a piece costs no object of its own. */
export class FieldBuffer {
  #bytes: Uint8Array;
  #view: DataView;
  #used = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** The bytes so far; another view after `reserve` had to grow them. */
  get view(): DataView {
    return this.#view;
  }

  /** End of the last piece, where the next begins. */
  get used(): number {
    return this.#used;
  }

  /** Makes room for `count` bytes and returns the array to write them to, from `used` on. */
  reserve(count: number): Uint8Array {
    const needed = this.#used + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, this.#used));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    return this.#bytes;
  }

  /** Takes `count` bytes of what was reserved. */
  advance(count: number): void {
    this.#used += count;
  }

  /** Forgets all pieces. */
  clear(): void {
    this.#used = 0;
    if (this.#bytes.length <= maxKeptBytes) return;
    this.#bytes = new Uint8Array(0);
    this.#view = new DataView(this.#bytes.buffer);
  }
}

/**
 * Appends the field of one stored value to `into`.
 *
 * @param stored holds the value from `start` up to, not including, `end`
 * @param row number of the row in the file, counted from 0, for errors
 */
export type FieldEncoder = (stored: Uint8Array, start: number, end: number, row: number, into: FieldBuffer) => void;
