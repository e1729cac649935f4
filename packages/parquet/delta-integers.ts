/**
 * Integers of DELTA_BINARY_PACKED, which also carries the lengths of the two DELTA encodings of byte arrays, decoded one
 * after the other: some bytes may claim millions of them.
 *
 * Source of the format: Apache Parquet, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED)". Sums wrap around, as the
 * format says; a 32-bit column takes the lower half.
 */
export class DeltaIntegers {
  /** The value that `next` read, as the halves of 64 bits. */
  low = 0;
  high = 0;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #perMini: number;
  readonly #minis: number;
  #at: number;
  #left: number;
  /** Values left in the miniblock at hand, whose bits begin at a byte and go on at a bit from there. */
  #miniLeft = 0;
  #width = 0;
  #start = 0;
  #bit = 0;
  /** Miniblocks left in the block at hand, and where the width of the next one stands. */
  #minisLeft = 0;
  #widths = 0;
  #minLow = 0;
  #minHigh = 0;
  #isFirst = true;

  /** @throws Error when the bytes from `start` up to, not including, `end` do not begin with a header */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    const block = this.#varint();
    this.#minis = this.#varint();
    this.#left = this.#varint();
    this.#perMini = block / this.#minis;
    if (block < 8 || this.#minis < 1 || this.#perMini % 8 !== 0) {
      throw new Error(`deltas claim blocks of ${block} values in ${this.#minis} parts`);
    }
    this.#zigzag();
  }

  /** Values that are left. */
  get left(): number {
    return this.#left;
  }

  /** Reads a value into `low` and `high`. @throws Error when the bytes end before */
  next(): void {
    if (this.#left <= 0) throw endsEarly();
    this.#left--;
    if (this.#isFirst) {
      this.#isFirst = false;
      return;
    }
    if (this.#miniLeft === 0) this.#openMini(this.#left + 1);
    this.#miniLeft--;
    this.#add(this.#minLow, this.#minHigh);
    if (this.#width > 0) {
      const low = this.#bits(Math.min(this.#width, 32));
      this.#add(low, this.#width > 32 ? this.#bits(this.#width - 32) : 0);
    }
  }

  /** Takes all values that are left without a look at them; returns where the bytes behind them begin. */
  skip(): number {
    if (this.#left > 0 && this.#isFirst) {
      this.#isFirst = false;
      this.#left--;
    }
    this.#left -= Math.min(this.#left, this.#miniLeft);
    while (this.#left > 0) {
      this.#openMini(this.#left);
      this.#left -= Math.min(this.#left, this.#miniLeft);
    }
    this.#miniLeft = 0;
    return this.#at;
  }

  /** Where the bytes behind the values begin, once all are read. */
  get end(): number {
    return this.#at;
  }

  #openMini(left: number): void {
    if (this.#minisLeft === 0) {
      const { low, high } = this;
      this.#zigzag();
      [this.#minLow, this.#minHigh, this.low, this.high] = [this.low, this.high, low, high];
      this.#widths = this.#at;
      this.#at += this.#minis;
      if (this.#at > this.#end) throw endsEarly();
      this.#minisLeft = this.#minis;
    }
    this.#width = this.#bytes[this.#widths++] ?? 0;
    if (this.#width > 64) throw new Error(`expected deltas of at most 64 bits, found ${this.#width}`);
    this.#minisLeft--;
    this.#miniLeft = this.#perMini;
    this.#start = this.#at;
    this.#bit = 0;
    // The last part is padded; the padding may be missing.
    const needed = Math.ceil((Math.min(left, this.#perMini) * this.#width) / 8);
    if (this.#at + needed > this.#end) throw endsEarly();
    this.#at = Math.min(this.#at + (this.#perMini / 8) * this.#width, this.#end);
  }

  #add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.low = sum | 0;
    this.high = (this.high + high + (sum > 0xffff_ffff ? 1 : 0)) | 0;
  }

  /** The next 1 to 32 bits. */
  #bits(count: number): number {
    const bytes = this.#bytes;
    const at = this.#start + Math.floor(this.#bit / 8);
    const shift = this.#bit % 8;
    this.#bit += count;
    let bits =
      ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>>
      shift;
    if (shift + count > 32) bits |= (bytes[at + 4] ?? 0) << (32 - shift);
    return count === 32 ? bits | 0 : bits & ((1 << count) - 1);
  }

  #varint(): number {
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 128 ** i;
      if (byte < 0x80) {
        if (value > 0x7fff_ffff) break;
        return value;
      }
    }
    throw new Error('deltas claim more than 2^31 values');
  }

  /** A zigzag varint of 64 bits into `low` and `high`. */
  #zigzag(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (shift > 63) throw new Error('deltas hold an integer of more than 64 bits');
      const byte = this.#byte();
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 25) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 0x80) break;
    }
    const sign = -(low & 1);
    this.low = (((low >>> 1) | (high << 31)) ^ sign) | 0;
    this.high = ((high >>> 1) ^ sign) | 0;
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw endsEarly();
    this.#at++;
    return byte;
  }
}

function endsEarly(): Error {
  return new Error('the deltas of a page end too early');
}
