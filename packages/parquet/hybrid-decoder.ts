/** Values that pad a bit-packed run: the format pads to groups of eight, DuckDB writes 32 groups at a time. */
const maxPadding = 255;

/**
 * Integers in parquet's hybrid of run-length encoding and bit packing, which carries definition levels and dictionary
 * indexes, decoded in portions: a run may claim millions of values in a few bytes.
 *
 * Source of the format: Apache Parquet, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
export class HybridDecoder {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #bitWidth: number;
  #at: number;
  #repeats = 0;
  #repeated = 0;
  #packed = 0;
  #packedBit = 0;
  #packedStart = 0;

  /**
   * @param bytes holds the runs from `start` up to, not including, `end`
   * @param bitWidth bits per value, 0 to 32; with 0 every value is 0, and there need not be any runs
   */
  constructor(bytes: Uint8Array, start: number, end: number, bitWidth: number) {
    if (start > end || end > bytes.length) throw new Error(`runs from ${start} to ${end} exceed ${bytes.length} bytes`);
    if (bitWidth > 32) throw new Error(`expected values of at most 32 bits, found ${bitWidth}`);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
    this.#bitWidth = bitWidth;
    if (bitWidth === 0 && start === end) this.#repeats = Number.POSITIVE_INFINITY;
  }

  /** Values that are bit-packed without runs around them, as plain booleans are. */
  static ofPacked(bytes: Uint8Array, start: number, end: number, bitWidth: number): HybridDecoder {
    const decoder = new HybridDecoder(bytes, start, end, bitWidth);
    decoder.#packedStart = start;
    decoder.#packed = Math.floor(((end - start) * 8) / bitWidth);
    decoder.#at = end;
    return decoder;
  }

  /** Takes the next `count` values at once if they are one run of `value`; says whether it did. */
  takeRun(value: number, count: number): boolean {
    if (count === 0) return true;
    if (this.#repeats === 0 && this.#packed === 0) this.#nextRun();
    if (this.#repeats < count || this.#repeated !== value) return false;
    this.#repeats -= count;
    return true;
  }

  /**
   * Writes the next `count` values to the start of `out`.
   *
   * @throws Error when the bytes end before
   */
  read(out: Uint32Array, count: number): void {
    let done = 0;
    while (done < count) {
      if (this.#repeats > 0) {
        const some = Math.min(this.#repeats, count - done);
        out.fill(this.#repeated, done, done + some);
        this.#repeats -= some;
        done += some;
      } else if (this.#packed > 0) {
        const some = Math.min(this.#packed, count - done);
        this.#unpack(out, done, done + some);
        this.#packed -= some;
        done += some;
      } else {
        this.#nextRun();
      }
    }
  }

  /**
   * Checks that the runs end with the values that were read, but for the padding of a bit-packed one.
   *
   * @throws Error when there are more
   */
  finish(): void {
    if (this.#at < this.#end) throw new Error(`a page holds ${this.#end - this.#at} bytes behind its values`);
    // Without runs, a width of 0 has values for ever.
    const left = this.#packed + (this.#repeats === Number.POSITIVE_INFINITY ? 0 : this.#repeats);
    const isPacked = this.#packed > 0 || this.#bitWidth === 0;
    if (left > (isPacked ? maxPadding : 0)) throw new Error(`a page holds ${left} values more than its rows take`);
  }

  #nextRun(): void {
    let head = 0;
    let shift = 1;
    let byte: number;
    do {
      byte = this.#byte();
      head += (byte & 0x7f) * shift;
      shift *= 128;
    } while (byte >= 0x80);
    const count = Math.floor(head / 2);
    if (count > 0x7fff_ffff) throw new Error(`a run claims ${count} values`);
    if (head % 2 === 1 && this.#bitWidth > 0) {
      // Groups of eight values; the last group of a page is padded, and its padding may be missing.
      const bytes = Math.min(count * this.#bitWidth, this.#end - this.#at);
      this.#packed = Math.min(count * 8, Math.floor((bytes * 8) / this.#bitWidth));
      this.#packedStart = this.#at;
      this.#packedBit = 0;
      this.#at += bytes;
    } else {
      let value = 0;
      for (let shift = 0; shift < this.#bitWidth; shift += 8) value |= this.#byte() << shift;
      this.#repeated = value >>> 0;
      if (this.#repeated >= 2 ** this.#bitWidth) {
        throw new Error(`a run repeats ${this.#repeated}, which takes more than ${this.#bitWidth} bits`);
      }
      this.#repeats = head % 2 === 1 ? count * 8 : count;
    }
  }

  #unpack(out: Uint32Array, from: number, to: number): void {
    const bytes = this.#bytes;
    const width = this.#bitWidth;
    const base = this.#packedStart;
    let bit = this.#packedBit;
    if (width <= 24) {
      const mask = (1 << width) - 1;
      const view = this.#view;
      const lastWord = bytes.length - 4;
      let i = from;
      for (; i < to; i++) {
        const at = base + (bit >>> 3);
        if (at > lastWord) break;
        out[i] = (view.getInt32(at, true) >>> (bit & 7)) & mask;
        bit += width;
      }
      for (; i < to; i++) {
        const at = base + (bit >>> 3);
        // Bytes beyond the last one read as 0 and are masked out.
        const word =
          (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
        out[i] = (word >>> (bit & 7)) & mask;
        bit += width;
      }
    } else {
      for (let i = from; i < to; i++) {
        let value = 0;
        for (let k = 0; k < width; k++, bit++) {
          value |= (((bytes[base + Math.floor(bit / 8)] ?? 0) >>> (bit % 8)) & 1) << k;
        }
        out[i] = value >>> 0;
      }
    }
    this.#packedBit = bit;
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) throw new Error('the values of a page end too early');
    this.#at++;
    return byte;
  }
}
