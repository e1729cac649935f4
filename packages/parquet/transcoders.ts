import type { Encoding, ParquetType } from 'hyparquet';
import { DeltaIntegers } from './delta-integers.js';
import type { FieldBuffer } from './field-buffer.js';
import { maxBatchRows } from './plain-values.js';

/** The values of a page in an encoding that is turned into plain encoding, portion by portion. */
export interface Transcoder {
  /** Values that are left. */
  readonly left: number;
  /** Appends some of the next values, one at least and at most `most`, in plain encoding; returns how many. */
  next(most: number, into: FieldBuffer): number;
  /** @throws Error when bytes are left over behind the last value */
  finish(): void;
}

/** A portion ends when it has this many bytes: a few bytes may claim long values. */
const portionBytes = 1024 * 1024;

/**
 * What reads the values from `start` to the end of `page`; `undefined` for an encoding that is none of these, or that
 * the format does not allow for the type (Encodings.md).
 *
 * @param width as `widthOf` says
 */
export function transcoderOf(
  encoding: Encoding,
  type: ParquetType,
  page: Uint8Array,
  start: number,
  width: number | undefined,
): Transcoder | undefined {
  const isInteger = type === 'INT32' || type === 'INT64';
  const isFixed = type === 'FIXED_LEN_BYTE_ARRAY';
  if (encoding === 'DELTA_BINARY_PACKED' && isInteger) return new IntegerValues(page, start, type === 'INT64');
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY' && type === 'BYTE_ARRAY') return new LengthsFirst(page, start);
  if (encoding === 'DELTA_BYTE_ARRAY' && (type === 'BYTE_ARRAY' || isFixed)) return new Suffixes(page, start, width);
  const isSplit = isInteger || isFixed || type === 'FLOAT' || type === 'DOUBLE';
  if (encoding === 'BYTE_STREAM_SPLIT' && isSplit && width !== undefined) return new ByteStreams(page, start, width);
  return undefined;
}

/**
 * Bytes of memory, besides the page, that reading the values of a page takes in an encoding of these; 0 for others.
 * A portion and its fields are in buffers that grow by doubling.
 *
 * @param size bytes of the page
 */
export function transcodedBytes(encoding: Encoding, size: number): number {
  if (encoding === 'DELTA_BINARY_PACKED') return 4 * maxBatchRows * 12;
  // The length before each value, and one value that is as long as all.
  if (encoding === 'DELTA_LENGTH_BYTE_ARRAY') return 4 * (Math.min(portionBytes, size) + 4 * maxBatchRows + size);
  // Each value may be as long as what the page holds of all, and the last one is kept.
  if (encoding === 'DELTA_BYTE_ARRAY') return 4 * (portionBytes + size) + 2 * size;
  return encoding === 'BYTE_STREAM_SPLIT' ? 4 * (Math.min(portionBytes, size) + 8 * maxBatchRows) : 0;
}

/** DELTA_BINARY_PACKED. */
class IntegerValues implements Transcoder {
  readonly #page: Uint8Array;
  readonly #integers: DeltaIntegers;
  readonly #isWide: boolean;

  constructor(page: Uint8Array, start: number, isWide: boolean) {
    this.#page = page;
    this.#integers = new DeltaIntegers(page, start, page.length);
    this.#isWide = isWide;
  }

  get left(): number {
    return this.#integers.left;
  }

  next(most: number, into: FieldBuffer): number {
    const count = Math.min(most, this.left);
    const width = this.#isWide ? 8 : 4;
    into.reserve(count * width);
    const { view } = into;
    for (let i = 0; i < count; i++) {
      this.#integers.next();
      view.setInt32(into.used, this.#integers.low, true);
      if (this.#isWide) view.setInt32(into.used + 4, this.#integers.high, true);
      into.advance(width);
    }
    return count;
  }

  finish(): void {
    checkUsedUp(this.left, this.#integers.end, this.#page);
  }
}

/** DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. */
class LengthsFirst implements Transcoder {
  readonly #page: Uint8Array;
  readonly #lengths: DeltaIntegers;
  #at: number;

  constructor(page: Uint8Array, start: number) {
    this.#page = page;
    this.#lengths = new DeltaIntegers(page, start, page.length);
    this.#at = new DeltaIntegers(page, start, page.length).skip();
  }

  get left(): number {
    return this.#lengths.left;
  }

  next(most: number, into: FieldBuffer): number {
    let count = 0;
    while (count < most && this.left > 0 && into.used < portionBytes) {
      const length = nextLength(this.#lengths);
      const end = this.#at + length;
      if (end > this.#page.length) throw endsEarly();
      appendLength(into, length);
      append(into, this.#page, this.#at, end);
      this.#at = end;
      count++;
    }
    return count;
  }

  finish(): void {
    checkUsedUp(this.left, this.#at, this.#page);
  }
}

/** DELTA_BYTE_ARRAY: what each value has in common with the one before, then the rest of each as `LengthsFirst`. */
class Suffixes implements Transcoder {
  readonly #page: Uint8Array;
  readonly #width: number | undefined;
  readonly #prefixes: DeltaIntegers;
  readonly #lengths: DeltaIntegers;
  #at: number;
  /** The value before. */
  #last = new Uint8Array(64);
  #lastLength = 0;

  constructor(page: Uint8Array, start: number, width: number | undefined) {
    this.#page = page;
    this.#width = width;
    this.#prefixes = new DeltaIntegers(page, start, page.length);
    const behind = new DeltaIntegers(page, start, page.length).skip();
    this.#lengths = new DeltaIntegers(page, behind, page.length);
    this.#at = new DeltaIntegers(page, behind, page.length).skip();
    if (this.#prefixes.left !== this.#lengths.left) {
      throw new Error(`a page has ${this.#prefixes.left} prefixes and ${this.#lengths.left} suffixes`);
    }
  }

  get left(): number {
    return this.#lengths.left;
  }

  next(most: number, into: FieldBuffer): number {
    let count = 0;
    while (count < most && this.left > 0 && into.used < portionBytes) {
      this.#nextValue();
      if (this.#width === undefined) appendLength(into, this.#lastLength);
      else if (this.#width !== this.#lastLength) {
        throw new Error(`a value has ${this.#lastLength} bytes, expected ${this.#width}`);
      }
      append(into, this.#last, 0, this.#lastLength);
      count++;
    }
    return count;
  }

  finish(): void {
    checkUsedUp(this.left, this.#at, this.#page);
  }

  #nextValue(): void {
    const prefix = nextLength(this.#prefixes);
    const suffix = nextLength(this.#lengths);
    const end = this.#at + suffix;
    if (prefix > this.#lastLength) {
      throw new Error(`a value repeats ${prefix} bytes of one that has ${this.#lastLength}`);
    }
    if (end > this.#page.length) throw endsEarly();
    if (prefix + suffix > this.#last.length) {
      const grown = new Uint8Array(Math.max(prefix + suffix, this.#last.length * 2));
      grown.set(this.#last.subarray(0, prefix));
      this.#last = grown;
    }
    this.#last.set(this.#page.subarray(this.#at, end), prefix);
    this.#lastLength = prefix + suffix;
    this.#at = end;
  }
}

/** BYTE_STREAM_SPLIT: the first bytes of all values, then their second ones, and so on. */
class ByteStreams implements Transcoder {
  readonly #page: Uint8Array;
  readonly #width: number;
  readonly #count: number;
  #at: number;
  left: number;

  constructor(page: Uint8Array, start: number, width: number) {
    this.#page = page;
    this.#width = width;
    this.#at = start;
    this.#count = (page.length - start) / width;
    if (!Number.isInteger(this.#count)) {
      throw new Error(`${page.length - start} bytes of a page are no multiple of its values' ${width}`);
    }
    this.left = this.#count;
  }

  next(most: number, into: FieldBuffer): number {
    const count = Math.min(most, this.left, Math.max(1, Math.floor(portionBytes / this.#width)));
    const bytes = into.reserve(count * this.#width);
    for (let k = 0; k < this.#width; k++) {
      const from = this.#at + k * this.#count;
      let to = into.used + k;
      for (let i = 0; i < count; i++, to += this.#width) bytes[to] = this.#page[from + i] ?? 0;
    }
    into.advance(count * this.#width);
    this.#at += count;
    this.left -= count;
    return count;
  }

  finish(): void {
    if (this.left > 0) checkUsedUp(this.left, this.#page.length, this.#page);
  }
}

function nextLength(lengths: DeltaIntegers): number {
  lengths.next();
  // 32 bits are meant, so the upper half is the sign at most.
  if (lengths.low < 0) throw new Error(`a value claims ${lengths.low} bytes`);
  return lengths.low;
}

function appendLength(into: FieldBuffer, length: number): void {
  into.reserve(4);
  into.view.setInt32(into.used, length, true);
  into.advance(4);
}

function append(into: FieldBuffer, from: Uint8Array, start: number, end: number): void {
  into.reserve(end - start).set(from.subarray(start, end), into.used);
  into.advance(end - start);
}

function checkUsedUp(left: number, end: number, page: Uint8Array): void {
  if (left > 0) throw new Error(`a page holds ${left} values more than its rows take`);
  if (end !== page.length) throw new Error(`a page holds ${page.length - end} bytes behind its values`);
}

function endsEarly(): Error {
  return new Error('the values of a page end too early');
}
