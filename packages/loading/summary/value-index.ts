import { randomInt } from 'node:crypto';
import type { FieldBatch } from '#parquet/field-batch.js';

/** An index that has grown beyond one of these takes no further files; see `ValueIndex.isFull`. */
const maxValues = 200_000;
const maxBytes = 32 * 2 ** 20;
/** A cell holds a value's number and 1 in these bits, and the upper bits of the first half of its hash in the others. */
const numberBits = 0x3ffff;
/** A search looks at few cells where there are so many for each value. */
const cellsPerValue = 2;

/**
 * The distinct values of a column, numbered as they come: a hash table over the bytes of COPY fields, for texts that come
 * in every file by the thousand. No JavaScript string is made of a value that is known. A field is four bytes of length and
 * the text.
 *
 * A value is known by 64 bits of a hash over all of its bytes, with factors that each process draws anew, so that nobody
 * can choose two texts that share them; two of the 200,000 values at most do so by chance once in 10^8 such indexes. The bytes
 * of the known values are not looked at: they no longer lie in the processor's cache when the next file comes, and to fetch
 * them took half of the time.
 */
export class ValueIndex {
  /** By value, the id that the database has given it; -1 while that is not known. */
  ids = new Int32Array(1024).fill(-1);
  #count = 0;
  /** By value, where its field begins. */
  #starts = new Uint32Array(1024);
  /** In pairs, by value. */
  #hashes = new Int32Array(2 * 1024);
  /** In pairs, by the lower bits of the first half of a hash: number and upper bits, and the second half. */
  #cells = new Int32Array(2 * 4096);
  #fields = new DataView(new ArrayBuffer(64 * 1024));
  #used = 0;

  /** Whether it should be replaced by a new one, rather than remember more values. */
  get isFull(): boolean {
    return this.#count > maxValues || this.#used > maxBytes;
  }

  /**
   * Finds the numbers of some entries; values that are new are added.
   *
   * The hash is of the length and the bytes of a field. It has two chains for each half, of every other word, since a
   * multiplication waits for the one before it. The halves turn their bits by different numbers, so that what would cancel a
   * difference in one of them does not in the other. All is done in this one loop: a call for each entry takes a third longer.
   * @param entries of the field that are looked for, the first `count` of these
   * @param numbers takes the number of each, or -1 for one without a value
   */
  find({ bytes, starts, ends }: FieldBatch, entries: Uint32Array, count: number, numbers: Int32Array): void {
    const [k1, k2, k3, k4] = factors;
    let cells = this.#cells;
    let mask = cells.length - 1;
    for (let n = 0; n < count; n++) {
      const entry = entries[n] ?? 0;
      const start = starts[entry] ?? 0;
      const end = ends[entry] ?? 0;
      if (end === 0) {
        numbers[n] = -1;
        continue;
      }
      let [a, b, c, d] = [k1, k2, k3, k4];
      let at = start;
      for (; at + 8 <= end; at += 8) {
        const even = bytes.getInt32(at, true);
        const odd = bytes.getInt32(at + 4, true);
        a = Math.imul(a ^ even, k1);
        b = Math.imul(b ^ odd, k2);
        c = Math.imul(c ^ even, k3);
        d = Math.imul(d ^ odd, k4);
        a = (a << 13) | (a >>> 19);
        b = (b << 13) | (b >>> 19);
        c = (c << 18) | (c >>> 14);
        d = (d << 18) | (d >>> 14);
      }
      for (; at + 4 <= end; at += 4) {
        const word = bytes.getInt32(at, true);
        a = Math.imul(a ^ word, k1);
        c = Math.imul(c ^ word, k3);
      }
      for (; at < end; at++) {
        const byte = bytes.getUint8(at);
        b = Math.imul(b ^ byte, k2);
        d = Math.imul(d ^ byte, k4);
      }
      const first = mixed(a ^ Math.imul(b, k3), k2, k4);
      const second = mixed(c ^ Math.imul(d, k1), k4, k2);
      let slot = (first << 1) & mask;
      let cell = cells[slot] ?? 0;
      while (cell !== 0 && (cells[slot + 1] !== second || ((cell ^ first) & ~numberBits) !== 0)) {
        slot = (slot + 2) & mask;
        cell = cells[slot] ?? 0;
      }
      if (cell !== 0) {
        numbers[n] = (cell & numberBits) - 1;
        continue;
      }
      numbers[n] = this.#add(bytes, start, end, first, second, slot);
      cells = this.#cells;
      mask = cells.length - 1;
    }
  }

  /** The text of a value. */
  textOf(number: number): string {
    const start = this.#starts[number] ?? 0;
    return Buffer.from(this.#fields.buffer, start + 4, this.#fields.getInt32(start)).toString('utf8');
  }

  /** @param slot the empty cell of its hash */
  #add(bytes: DataView, start: number, end: number, first: number, second: number, slot: number): number {
    const number = this.#count;
    if (number === this.ids.length) this.#growValues();
    const from = this.#used;
    this.#reserve(end - start);
    new Uint8Array(this.#fields.buffer).set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), from);
    this.#used += end - start;
    this.#starts[number] = from;
    this.#hashes[2 * number] = first;
    this.#hashes[2 * number + 1] = second;
    this.#cells[slot] = (first & ~numberBits) | (number + 1);
    this.#cells[slot + 1] = second;
    this.#count += 1;
    if (this.#count * cellsPerValue * 2 > this.#cells.length) this.#growCells();
    return number;
  }

  #growCells(): void {
    const cells = new Int32Array(this.#cells.length * 2);
    const mask = cells.length - 1;
    for (let number = 0; number < this.#count; number++) {
      const first = this.#hashes[2 * number] ?? 0;
      let slot = (first << 1) & mask;
      while (cells[slot] !== 0) slot = (slot + 2) & mask;
      cells[slot] = (first & ~numberBits) | (number + 1);
      cells[slot + 1] = this.#hashes[2 * number + 1] ?? 0;
    }
    this.#cells = cells;
  }

  #growValues(): void {
    const size = this.ids.length * 2;
    const ids = new Int32Array(size).fill(-1);
    ids.set(this.ids);
    this.ids = ids;
    const starts = new Uint32Array(size);
    starts.set(this.#starts);
    this.#starts = starts;
    const hashes = new Int32Array(2 * size);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#fields.byteLength) return;
    const fields = new Uint8Array(Math.max(needed, this.#fields.byteLength * 2));
    fields.set(new Uint8Array(this.#fields.buffer));
    this.#fields = new DataView(fields.buffer);
  }
}

/** Of this process alone; odd, so that no bit is lost when one is multiplied by them. */
const factors = [secret(), secret(), secret(), secret()] as const;

function secret(): number {
  return randomInt(2 ** 32) | 1;
}

/** Lets all bits of a hash depend on all others, with two odd factors. */
function mixed(hash: number, k: number, l: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), k);
  const twice = Math.imul(once ^ (once >>> 15), l);
  return twice ^ (twice >>> 16);
}
