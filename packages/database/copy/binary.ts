import type { Decimal } from '#contracts/decimal.js';
import { numericField } from './numeric.js';
import { checkText, outOfRange, pgDays, pgMicros, pgMicrosOfNumber } from './values.js';

const defaultChunkBytes = 256 * 1024;
/** UTF-8 needs at most 3 bytes per UTF-16 code unit (4 for a pair of them). */
const maxBytesPerCodeUnit = 3;
/** pg_type.dat: the type of an array's elements is said before them. */
const int4Oid = 23;
/** A position between two tuples of a {@link CopyBinaryWriter}, to go back to. */
export interface CopyMark {
  readonly filled: number;
  readonly used: number;
}

/**
 * Writes tuples in PostgreSQL's binary COPY format into chunks of fixed size; `CopyIn` sends them with what stands
 * before and after. Source of the format: PostgreSQL manual, "COPY", section "File Formats / Binary Format". All
 * numbers are big-endian: per tuple the number of fields (int16), per field its length (int32, −1 for NULL) and its
 * bytes as the type's send function writes them.
 *
 * Per tuple call `row(fields)` and then one method per field in the columns' order; nothing checks that as many fields
 * follow as were announced, the server does. Hand on what `takeFilled()` returns now and then, and what `takeAll()`
 * returns at the end. A chunk belongs to its taker: it is never written to again. A tuple may span two chunks.
 *
 * Values that PostgreSQL would refuse throw a BadInputError; go back to a mark then, or throw the writer away.
 */
export class CopyBinaryWriter {
  readonly #chunkBytes: number;
  #chunk: Buffer;
  #view: DataView;
  #used = 0;
  #filled: Buffer[] = [];

  /** @param chunkBytes size of the chunks handed out; one value larger than this gets a chunk of its own size */
  constructor(chunkBytes = defaultChunkBytes) {
    this.#chunkBytes = chunkBytes;
    this.#chunk = Buffer.allocUnsafeSlow(chunkBytes);
    this.#view = viewOf(this.#chunk);
  }

  /** The position after the last whole tuple; it loses its meaning when chunks are taken. */
  mark(): CopyMark {
    return { filled: this.#filled.length, used: this.#used };
  }

  /** Bytes written since a mark. */
  bytesSince(mark: CopyMark): number {
    let bytes = this.#used - mark.used;
    for (let i = mark.filled; i < this.#filled.length; i++) bytes += this.#filled[i]?.length ?? 0;
    return bytes;
  }

  /** Forgets what was written since a mark. */
  rewind(mark: CopyMark): void {
    const chunk = this.#filled[mark.filled];
    if (chunk) {
      // It was cut to its length when it was full; nothing is written to the rest of it.
      this.#chunk = chunk;
      this.#view = viewOf(chunk);
      this.#filled.length = mark.filled;
    }
    this.#used = mark.used;
  }

  /** Starts a tuple with this number of fields. */
  row(fields: number): void {
    const at = this.#room(2);
    this.#view.setInt16(at, fields);
    this.#used = at + 2;
  }

  null(): void {
    const at = this.#room(4);
    this.#view.setInt32(at, -1);
    this.#used = at + 4;
  }

  /** Whole fields (lengths and bytes) or tuples that were made elsewhere. */
  field(encoded: Uint8Array): void {
    const at = this.#room(encoded.length);
    this.#chunk.set(encoded, at);
    this.#used = at + encoded.length;
  }

  /** Room for whole tuples of so many bytes, all of which the caller writes at once: where, and from which position on. */
  tuples(bytes: number): { readonly view: DataView; readonly at: number } {
    const at = this.#room(bytes);
    this.#used = at + bytes;
    return { view: this.#view, at };
  }

  /**
   * text, varchar and their like.
   *
   * @param what names the value in an error
   */
  text(value: string, what = 'a text'): void {
    const at = this.#room(4 + value.length * maxBytesPerCodeUnit);
    const bytes = this.#chunk.write(value, at + 4, 'utf8');
    // As many bytes as code units means pure ASCII, where only NUL can be wrong.
    if (bytes !== value.length || value.includes('\0')) checkText(value, what);
    this.#view.setInt32(at, bytes);
    this.#used = at + 4 + bytes;
  }

  bool(value: boolean): void {
    const at = this.#room(5);
    this.#view.setInt32(at, 1);
    this.#view.setInt8(at + 4, value ? 1 : 0);
    this.#used = at + 5;
  }

  int4(value: number): void {
    if ((value | 0) !== value) throw outOfRange('int4', value, 'an integer from -2147483648 to 2147483647');
    this.#int4(value);
  }

  int8(value: number | bigint): void {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) throw outOfRange('int8', value, 'a safe integer, or a bigint');
      this.#int8(value);
    } else {
      if (BigInt.asIntN(64, value) !== value) throw outOfRange('int8', value, 'from -2^63 to 2^63 - 1');
      this.#bigint8(value);
    }
  }

  float8(value: number): void {
    const at = this.#room(12);
    this.#view.setInt32(at, 8);
    this.#view.setFloat64(at + 4, value);
    this.#used = at + 12;
  }

  numeric(value: Decimal): void {
    this.field(numericField(value));
  }

  /** bit varying: the bits up to the last byte that is not 0, the first of a byte being its highest. */
  bits(bytes: Uint8Array): void {
    let length = bytes.length;
    while (length > 0 && bytes[length - 1] === 0) length--;
    const at = this.#room(8 + length);
    this.#view.setInt32(at, 4 + length);
    this.#view.setInt32(at + 4, length * 8);
    this.#chunk.set(bytes.subarray(0, length), at + 8);
    this.#used = at + 8 + length;
  }

  /** int4[] of one dimension, without nulls. */
  int4Array(values: readonly number[]): void {
    const dimensions = values.length === 0 ? 0 : 1;
    const bytes = 12 + dimensions * 8 + values.length * 8;
    const at = this.#room(4 + bytes);
    this.#view.setInt32(at, bytes);
    this.#view.setInt32(at + 4, dimensions);
    this.#view.setInt32(at + 8, 0);
    this.#view.setInt32(at + 12, int4Oid);
    this.#used = at + 16;
    if (dimensions === 0) return;
    this.#view.setInt32(at + 16, values.length);
    this.#view.setInt32(at + 20, 1);
    this.#used = at + 24;
    for (const value of values) this.int4(value);
  }

  /** @param hex 32 hexadecimal digits */
  uuid(hex: string): void {
    const at = this.#room(20);
    this.#view.setInt32(at, 16);
    this.#chunk.write(hex, at + 4, 16, 'hex');
    this.#used = at + 20;
  }

  /** @param micros microseconds since midnight, up to 24 hours */
  time(micros: number): void {
    if (!Number.isInteger(micros) || micros < 0 || micros > 86_400_000_000) {
      throw outOfRange('time', micros, 'microseconds of a day');
    }
    this.#int8(micros);
  }

  /** @param epochDays whole days since 1970-01-01 */
  date(epochDays: number): void {
    this.#int4(pgDays(epochDays));
  }

  /**
   * timestamp (wall clock read as UTC) and timestamptz, which look alike.
   *
   * @param epochMicros microseconds since 1970-01-01 00:00:00; a number must be a safe integer (years 1684 to 2255)
   */
  timestamp(epochMicros: number | bigint): void {
    if (typeof epochMicros === 'number') this.#int8(pgMicrosOfNumber(epochMicros));
    else this.#bigint8(pgMicros(epochMicros));
  }

  /** The chunks filled since the last call; often none. */
  takeFilled(): Buffer[] {
    const filled = this.#filled;
    if (filled.length > 0) this.#filled = [];
    return filled;
  }

  /** What was written up to a mark, as chunks; what follows it stays. */
  takeBefore(mark: CopyMark): Buffer[] {
    const before = this.#filled.slice(0, mark.filled);
    const split = this.#filled[mark.filled];
    if (split) {
      if (mark.used > 0) before.push(split.subarray(0, mark.used));
      this.#filled = [split.subarray(mark.used), ...this.#filled.slice(mark.filled + 1)];
      return before;
    }
    if (mark.used > 0) before.push(this.#chunk.subarray(0, mark.used));
    this.#chunk = this.#chunk.subarray(mark.used);
    this.#view = viewOf(this.#chunk);
    this.#used -= mark.used;
    this.#filled = [];
    return before;
  }

  /** All that was written and not taken yet, as chunks. */
  takeAll(): Buffer[] {
    return this.takeBefore(this.mark());
  }

  #int4(value: number): void {
    const at = this.#room(8);
    this.#view.setInt32(at, 4);
    this.#view.setInt32(at + 4, value);
    this.#used = at + 8;
  }

  #int8(value: number): void {
    const at = this.#room(12);
    const high = Math.floor(value / 0x1_0000_0000);
    this.#view.setInt32(at, 8);
    this.#view.setInt32(at + 4, high);
    this.#view.setUint32(at + 8, value - high * 0x1_0000_0000);
    this.#used = at + 12;
  }

  #bigint8(value: bigint): void {
    const at = this.#room(12);
    this.#view.setInt32(at, 8);
    this.#view.setBigInt64(at + 4, value);
    this.#used = at + 12;
  }

  /** The position of the next `bytes` bytes, in this chunk or a fresh one. */
  #room(bytes: number): number {
    if (this.#used + bytes <= this.#chunk.length) return this.#used;
    if (this.#used > 0) this.#filled.push(this.#chunk.subarray(0, this.#used));
    // Never pooled nor reused: the socket may still hold the old chunk.
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(this.#chunkBytes, bytes));
    this.#view = viewOf(this.#chunk);
    this.#used = 0;
    return 0;
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
