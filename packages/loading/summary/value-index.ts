import { randomInt } from 'node:crypto';

/** An index that has grown beyond one of these takes no further files; see `ValueIndex.isFull`. */
const maxValues = 262_144;
const maxBytes = 32 * 2 ** 20;
/** Longer searches mean that many values share what the quick hash looks at. */
const maxProbes = 32;
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
  #hashes = new Int32Array(1024);
  #starts = new Uint32Array(1024);
  #ends = new Uint32Array(1024);
  /** By hash, the number of a value and 1; 0 where there is none. At least half are. */
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
   * The number of a value, which is added if it is new.
   * @param ascii whether the text is ASCII without NUL
   */
  numberOf(bytes: DataView, start: number, end: number, ascii: boolean): number {
    const hash = this.#isThorough ? this.#thoroughHash(bytes, start, end) : quickHash(bytes, start, end);
    const cells = this.#cells;
    const mask = cells.length - 1;
    let at = hash & mask;
    for (let probes = 0; ; probes++) {
      const number = (cells[at] ?? 0) - 1;
      if (number < 0) return this.#add(bytes, start, end, hash, at);
      if (this.#hashes[number] === hash && this.#isEqual(number, bytes, start, end, ascii)) return number;
      at = (at + 1) & mask;
      if (probes > maxProbes && !this.#isThorough) {
        this.#hashThoroughly();
        return this.numberOf(bytes, start, end, ascii);
      }
    }
  }

  /** The text of a value. */
  textOf(number: number): string {
    const { buffer } = this.#fields;
    const [start = 0, end = 0] = [this.#starts[number], this.#ends[number]];
    return Buffer.from(buffer, start + 4, end - start - 4).toString('utf8');
  }

  #add(bytes: DataView, start: number, end: number, hash: number, at: number): number {
    const number = this.#count;
    if (number === this.ids.length) this.#growValues();
    const from = this.#used;
    this.#reserve(end - start);
    new Uint8Array(this.#fields.buffer).set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start), from);
    this.#used += end - start;
    this.#starts[number] = from;
    this.#ends[number] = this.#used;
    this.#hashes[number] = hash;
    this.#cells[at] = number + 1;
    this.#count += 1;
    if (this.#count * 2 > this.#cells.length) this.#fillCells(this.#cells.length * 2);
    return number;
  }

  /**
   * ASCII is compared eight bytes at a time, as numbers: the bits of two doubles are equal when the doubles are, unless they
   * are zeros of two signs, and no double is equal to NaN. Texts of ASCII without NUL are neither (see `copyBytes` of
   * `#parquet/write-tuples.js`), whatever the other value is.
   */
  #isEqual(number: number, bytes: DataView, start: number, end: number, ascii: boolean): boolean {
    const fields = this.#fields;
    const length = end - start;
    const own = this.#starts[number] ?? 0;
    if ((this.#ends[number] ?? 0) - own !== length) return false;
    let at = 4;
    if (ascii && length >= 12) {
      for (; at + 8 <= length; at += 8) {
        if (fields.getFloat64(own + at, true) !== bytes.getFloat64(start + at, true)) return false;
      }
      // The last eight, some of them once more.
      return fields.getFloat64(own + length - 8, true) === bytes.getFloat64(end - 8, true);
    }
    for (; at + 4 <= length; at += 4) {
      if (fields.getInt32(own + at) !== bytes.getInt32(start + at)) return false;
    }
    for (; at < length; at++) {
      if (fields.getUint8(own + at) !== bytes.getUint8(start + at)) return false;
    }
    return true;
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

  #hashThoroughly(): void {
    this.#isThorough = true;
    for (let number = 0; number < this.#count; number++) {
      this.#hashes[number] = this.#thoroughHash(this.#fields, this.#starts[number] ?? 0, this.#ends[number] ?? 0);
    }
    this.#fillCells(this.#cells.length);
  }

  #fillCells(size: number): void {
    const cells = new Int32Array(size);
    for (let number = 0; number < this.#count; number++) {
      let at = (this.#hashes[number] ?? 0) & (size - 1);
      while (cells[at] !== 0) at = (at + 1) & (size - 1);
      cells[at] = number + 1;
    }
    this.#cells = cells;
  }

  #growValues(): void {
    const size = this.ids.length * 2;
    const ids = new Int32Array(size).fill(-1);
    ids.set(this.ids);
    this.ids = ids;
    [this.#hashes, this.#starts, this.#ends] = [
      grown(this.#hashes, new Int32Array(size)),
      grown(this.#starts, new Uint32Array(size)),
      grown(this.#ends, new Uint32Array(size)),
    ];
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes;
    if (needed <= this.#fields.byteLength) return;
    const fields = new Uint8Array(Math.max(needed, this.#fields.byteLength * 2));
    fields.set(new Uint8Array(this.#fields.buffer));
    this.#fields = new DataView(fields.buffer);
  }
}

/** Of the length and twelve bytes: where values differ at all they mostly do there. */
function quickHash(bytes: DataView, start: number, end: number): number {
  const length = end - start;
  if (length >= 12) {
    const first = bytes.getInt32(start + 4, true);
    const middle = bytes.getInt32(start + (length >> 1), true);
    const last = bytes.getInt32(end - 4, true);
    return mixed(Math.imul(first ^ length, m2) ^ Math.imul(middle, m3) ^ Math.imul(last, m1));
  }
  let hash = length;
  for (let at = start + 4; at < end; at++) hash = Math.imul(hash ^ bytes.getUint8(at), m1);
  return mixed(hash);
}

function mixed(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), m2);
  return once ^ (once >>> 13);
}

function grown<T extends Int32Array | Uint32Array>(old: T, made: T): T {
  made.set(old);
  return made;
}
