import { randomInt } from 'node:crypto';
import type { FieldBatch } from '#parquet/field-batch.js';

/** An index that has grown beyond one of these takes no further files; see `ValueIndex.isFull`. */
const maxValues = 200_000;
const maxBytes = 32 * 2 ** 20;
/** A cell holds a value's number and 1 in these bits, and the upper bits of its hash in the others. */
const numberBits = 0x3ffff;
/** Few values share a cell where there are so many cells for each. */
const cellsPerValue = 8;
/** Longer searches mean that many values share what the quick hash looks at. */
const maxProbes = 32;
/** Bytes of a field from which on the quick hash looks at twelve of them. */
const quickBytes = 12;
/** Odd, with bits all over; the multiplier of FNV and two of MurmurHash3. */
const [m1, m2, m3] = [0x01000193, 0xcc9e2d51 | 0, 0x1b873593];

/**
 * The distinct values of a column, numbered as they come: a hash table over the bytes of COPY fields, for texts that come
 * in every file by the thousand. No JavaScript string is made of a value that is known. A field is four bytes of length and
 * the text; two values are one exactly when all of their bytes are equal.
 */
export class ValueIndex {
  /** By value, the id that the database has given it; -1 while that is not known. */
  ids = new Int32Array(1024).fill(-1);
  #count = 0;
  /** By value, where its field begins. */
  #starts = new Uint32Array(1024);
  /** By the lower bits of a hash; 0 where there is no value. */
  #cells = new Int32Array(4096);
  #fields = new DataView(new ArrayBuffer(64 * 1024));
  #used = 0;
  /** Whether hashes are made of all of a value; unpredictable then, as the values may be chosen to collide. */
  #isThorough = false;
  readonly #seed = randomInt(2 ** 31);

  /** Whether it should be replaced by a new one, rather than remember more values. */
  get isFull(): boolean {
    return this.#count > maxValues || this.#used > maxBytes;
  }

  /**
   * Finds the numbers of some entries; values that are new are added.
   *
   * Of what a batch has thousands of, texts of ASCII that are known and in their own cell, everything is done in this one
   * loop: a call for each would take a third longer.
   * @param entries of the field that are looked for, the first `count` of these
   * @param numbers takes the number of each, or -1 for one without a value
   */
  find(field: FieldBatch, entries: Uint32Array, count: number, numbers: Int32Array): void {
    const { bytes, starts, ends, ascii } = field;
    let cells = this.#cells;
    for (let n = 0; n < count; n++) {
      const entry = entries[n] ?? 0;
      const start = starts[entry] ?? 0;
      const end = ends[entry] ?? 0;
      const length = end - start;
      if (ascii && length >= quickBytes && !this.#isThorough) {
        const hash = quickHash(bytes, start, end);
        const cell = cells[hash & (cells.length - 1)] ?? 0;
        const number = (cell & numberBits) - 1;
        if (
          number >= 0 &&
          ((cell ^ hash) & ~numberBits) === 0 &&
          isEqualAscii(this.#fields, this.#starts[number] ?? 0, bytes, start, length)
        ) {
          numbers[n] = number;
          continue;
        }
      }
      numbers[n] = end === 0 ? -1 : this.#numberOf(bytes, start, end, ascii && length >= quickBytes);
      cells = this.#cells;
    }
  }

  /** @param quick whether it is ASCII of at least `quickBytes` */
  #numberOf(bytes: DataView, start: number, end: number, quick: boolean): number {
    const hash = this.#isThorough ? this.#thoroughHash(bytes, start, end) : quickHash(bytes, start, end);
    const cells = this.#cells;
    const mask = cells.length - 1;
    let at = hash & mask;
    for (let probes = 0; ; probes++) {
      const cell = cells[at] ?? 0;
      if (cell === 0) return this.#add(bytes, start, end, hash, at);
      if (((cell ^ hash) & ~numberBits) === 0) {
        const number = (cell & numberBits) - 1;
        const own = this.#starts[number] ?? 0;
        const equal = quick
          ? isEqualAscii(this.#fields, own, bytes, start, end - start)
          : isEqual(this.#fields, own, bytes, start, end);
        if (equal) return number;
      }
      at = (at + 1) & mask;
      if (probes > maxProbes && !this.#isThorough) {
        this.#isThorough = true;
        this.#fillCells(cells.length);
        return this.#numberOf(bytes, start, end, quick);
      }
    }
  }

  /** The text of a value. */
  textOf(number: number): string {
    const start = this.#starts[number] ?? 0;
    return Buffer.from(this.#fields.buffer, start + 4, this.#fields.getInt32(start)).toString('utf8');
  }

  #add(bytes: DataView, start: number, end: number, hash: number, at: number): number {
    const number = this.#count;
    if (number === this.ids.length) this.#growValues();
    const from = this.#used;
    this.#reserve(end - start);
    new Uint8Array(this.#fields.buffer).set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), from);
    this.#used += end - start;
    this.#starts[number] = from;
    this.#cells[at] = (hash & ~numberBits) | (number + 1);
    this.#count += 1;
    if (this.#count * cellsPerValue > this.#cells.length) this.#fillCells(this.#cells.length * 2);
    return number;
  }

  #thoroughHash(bytes: DataView, start: number, end: number): number {
    let hash = this.#seed ^ (end - start);
    let at = start + 4;
    for (; at + 4 <= end; at += 4) {
      hash = Math.imul(hash ^ Math.imul(bytes.getInt32(at, true), m2), m3);
      hash ^= hash >>> 15;
    }
    for (; at < end; at++) hash = Math.imul(hash ^ bytes.getUint8(at), m1);
    return mixed(hash);
  }

  #fillCells(size: number): void {
    const cells = new Int32Array(size);
    for (let number = 0; number < this.#count; number++) {
      const start = this.#starts[number] ?? 0;
      const end = start + 4 + this.#fields.getInt32(start);
      const hash = this.#isThorough
        ? this.#thoroughHash(this.#fields, start, end)
        : quickHash(this.#fields, start, end);
      let at = hash & (size - 1);
      while (cells[at] !== 0) at = (at + 1) & (size - 1);
      cells[at] = (hash & ~numberBits) | (number + 1);
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
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#fields.byteLength) return;
    const fields = new Uint8Array(Math.max(needed, this.#fields.byteLength * 2));
    fields.set(new Uint8Array(this.#fields.buffer));
    this.#fields = new DataView(fields.buffer);
  }
}

/**
 * Of the length and twelve bytes: where values differ at all they mostly do there.
 * @param end at least `quickBytes` behind `start`, or all bytes count
 */
function quickHash(bytes: DataView, start: number, end: number): number {
  const length = end - start;
  if (length < quickBytes) return shortHash(bytes, start, end);
  const first = bytes.getInt32(start + 4, true);
  const middle = bytes.getInt32(start + (length >> 1), true);
  const last = bytes.getInt32(end - 4, true);
  return mixed(Math.imul(first ^ length, m2) ^ Math.imul(middle, m3) ^ Math.imul(last, m1));
}

function shortHash(bytes: DataView, start: number, end: number): number {
  let hash = end - start;
  for (let at = start + 4; at < end; at++) hash = Math.imul(hash ^ bytes.getUint8(at), m1);
  return mixed(hash);
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), m2);
  return once ^ (once >>> 13);
}

/** Whether the field at `own` of `fields` is the one from `start` to `end` of `bytes`. */
function isEqual(fields: DataView, own: number, bytes: DataView, start: number, end: number): boolean {
  const length = end - start;
  if (fields.getInt32(own) !== length - 4) return false;
  let at = 4;
  for (; at + 4 <= length; at += 4) {
    if (fields.getInt32(own + at) !== bytes.getInt32(start + at)) return false;
  }
  for (; at < length; at++) {
    if (fields.getUint8(own + at) !== bytes.getUint8(start + at)) return false;
  }
  return true;
}

/**
 * The same for ASCII of eight bytes or more, eight at a time, as numbers: the bits of two doubles are equal when the doubles
 * are, unless they are zeros of two signs, and no double is equal to NaN. Texts of ASCII without NUL are neither (see
 * `copyBytes` of `#parquet/write-tuples.js`), whatever the other value is.
 */
function isEqualAscii(fields: DataView, own: number, bytes: DataView, start: number, length: number): boolean {
  if (fields.getInt32(own) !== length - 4) return false;
  let at = 4;
  // Eight at a time: a fifth faster than one by one.
  for (; at + 64 <= length; at += 64) {
    const a = own + at;
    const b = start + at;
    if (
      fields.getFloat64(a, true) !== bytes.getFloat64(b, true) ||
      fields.getFloat64(a + 8, true) !== bytes.getFloat64(b + 8, true) ||
      fields.getFloat64(a + 16, true) !== bytes.getFloat64(b + 16, true) ||
      fields.getFloat64(a + 24, true) !== bytes.getFloat64(b + 24, true) ||
      fields.getFloat64(a + 32, true) !== bytes.getFloat64(b + 32, true) ||
      fields.getFloat64(a + 40, true) !== bytes.getFloat64(b + 40, true) ||
      fields.getFloat64(a + 48, true) !== bytes.getFloat64(b + 48, true) ||
      fields.getFloat64(a + 56, true) !== bytes.getFloat64(b + 56, true)
    ) {
      return false;
    }
  }
  for (; at + 8 <= length; at += 8) {
    if (fields.getFloat64(own + at, true) !== bytes.getFloat64(start + at, true)) return false;
  }
  if (at === length) return true;
  // The last eight, some of them once more.
  const last = length - 8;
  return fields.getFloat64(own + last, true) === bytes.getFloat64(start + last, true);
}
