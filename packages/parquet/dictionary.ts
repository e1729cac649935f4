import type { FieldBatch } from './field-batch.js';
import { FieldBuffer } from './field-buffer.js';
import type { FieldCodec } from './field-codec.js';
import { findValues, makeTextFields } from './stored-values.js';

/**
 * The entries of a dictionary page as COPY fields. Plain texts become fields where they lie; anything else is encoded
 * entry by entry when a row first uses it, so that an entry that nobody uses may be bad.
 */
export class Dictionary {
  /** Entries; the entry of this number has no value, for rows without. */
  readonly count: number;
  readonly #codec: FieldCodec;
  readonly #stored: Uint8Array;
  readonly #storedStarts: Uint32Array;
  readonly #storedEnds: Uint32Array;
  /** Unless the page itself holds the fields. */
  readonly #fields: FieldBuffer | undefined;
  readonly #view: DataView;
  /** An entry that is not encoded yet ends at 0. */
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #longest = 0;
  /** Entries that are fields by now, and the bytes of these together. */
  #encoded = 0;
  #bytes = 0;

  /**
   * @param own whether `page` may be written to
   * @param width as `widthOf` says
   * @throws Error when the values are not all that the page holds
   */
  constructor(page: Uint8Array, own: boolean, count: number, width: number | undefined, codec: FieldCodec) {
    if (count * (width ?? 4) > page.length) {
      throw new Error(`a dictionary of ${page.length} bytes claims ${count} values`);
    }
    this.count = count;
    this.#codec = codec;
    const starts = new Uint32Array(count + 1);
    const ends = new Uint32Array(count + 1);
    const end = findValues(page, 0, count, width, starts, ends);
    if (end < page.length) throw new Error(`a dictionary holds ${page.length - end} bytes behind its values`);
    const isText = codec.plainChars !== undefined;
    this.#stored = own || !isText ? page : page.slice();
    if (codec.plainChars !== undefined) {
      this.#longest = makeTextFields(this.#stored, 0, end, count, codec.plainChars, starts, ends);
    }
    this.#storedStarts = starts;
    this.#storedEnds = ends;
    if (this.#longest > 0) {
      this.#encoded = count;
      this.#bytes = end;
      this.#view = new DataView(this.#stored.buffer, this.#stored.byteOffset, this.#stored.length);
      this.#starts = starts;
      this.#ends = ends;
    } else {
      // A field is as long as what is stored for texts, about eight bytes longer for the rest.
      this.#fields = new FieldBuffer(page.length + (isText ? 0 : 8 * count));
      this.#view = this.#fields.view;
      this.#starts = new Uint32Array(count + 1);
      this.#ends = new Uint32Array(count + 1);
    }
  }

  /**
   * Puts the fields of the entries that `out.picks` names into `out`. The picks must be entries, or `count`.
   * @param isComplete whether none of them is `count`
   */
  give(out: FieldBatch, count: number, firstRow: number, isComplete: boolean): void {
    const fields = this.#fields;
    if (fields !== undefined) {
      for (let i = 0; i < count; i++) {
        const entry = out.picks[i] ?? 0;
        if (this.#ends[entry] === 0 && entry < this.count) this.#encode(fields, entry, firstRow + i);
      }
    }
    out.bytes = fields?.view ?? this.#view;
    out.starts = this.#starts;
    out.ends = this.#ends;
    out.longest = this.#longest;
    out.width = isComplete && this.#bytes === this.#encoded * this.#longest ? this.#longest : 0;
    out.ascii = fields === undefined;
    out.dictionary = this;
  }

  #encode(fields: FieldBuffer, entry: number, row: number): void {
    const start = fields.used;
    this.#codec.encode(this.#stored, this.#storedStarts[entry] ?? 0, this.#storedEnds[entry] ?? 0, row, fields);
    this.#starts[entry] = start;
    this.#ends[entry] = fields.used;
    this.#longest = Math.max(this.#longest, fields.used - start);
    this.#encoded += 1;
    this.#bytes += fields.used - start;
  }
}
