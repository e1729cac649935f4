import type { FieldBatch } from './field-batch.js';
import type { FieldBuffer } from './field-buffer.js';
import type { FieldCodec } from './field-codec.js';
import { findValues, makeTextFields } from './stored-values.js';

/** Most rows that are read at once. */
export const maxBatchRows = 4096;

/** Row `i` has the value `i`. Never written to. */
const everyRow = Uint32Array.from({ length: maxBatchRows }, (_, i) => i);

/** The values of a page of plain encoding, from the first to the last. */
export class PlainValues {
  readonly #width: number | undefined;
  readonly #fields: FieldBuffer;
  #page: Uint8Array;
  #own: boolean;
  #at: number;
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);

  /**
   * @param own whether `page` may be written to
   * @param start where the first value lies
   * @param width as `widthOf` says
   * @param fields room for values that are encoded one by one
   */
  constructor(page: Uint8Array, own: boolean, start: number, width: number | undefined, fields: FieldBuffer) {
    this.#page = page;
    this.#own = own;
    this.#at = start;
    this.#width = width;
    this.#fields = fields;
  }

  /** @throws Error when bytes are left over behind the values that were read */
  finish(): void {
    const left = this.#page.length - this.#at;
    if (left > 0) throw new Error(`a page holds ${left} bytes behind its values`);
  }

  /**
   * Puts the fields of the next rows into `out`; they stay valid until the next call.
   *
   * @param levels 1 for each row that has a value; left out, all of them have
   * @param present how many of the rows have a value
   */
  read(
    out: FieldBatch,
    levels: Uint32Array | undefined,
    count: number,
    present: number,
    firstRow: number,
    codec: FieldCodec,
  ): void {
    if (this.#starts.length < count + 1) {
      this.#starts = new Uint32Array(count + 1);
      this.#ends = new Uint32Array(count + 1);
    }
    const from = this.#at;
    this.#at = findValues(this.#page, from, present, this.#width, this.#starts, this.#ends);
    if (levels === undefined) out.picks.set(everyRow.subarray(0, count));
    else this.#spread(out, levels, count, present, firstRow, codec);
    if (codec.plainChars === undefined || !this.#makeTexts(out, from, present, codec.plainChars)) {
      this.#encode(out, count, present, firstRow, codec);
    }
    out.starts = this.#starts;
    out.ends = this.#ends;
    out.width = 0;
    out.dictionary = undefined;
  }

  /** Row by row, the number of its value; of rows without value, the number after the last. */
  #spread(
    out: FieldBatch,
    levels: Uint32Array,
    count: number,
    present: number,
    firstRow: number,
    codec: FieldCodec,
  ): void {
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (levels[i] === 1) {
        out.picks[i] = next++;
      } else {
        codec.missing(firstRow + i);
        out.picks[i] = present;
      }
    }
    this.#starts[present] = 0;
    this.#ends[present] = 0;
  }

  #makeTexts(out: FieldBatch, from: number, present: number, maxChars: number): boolean {
    if (!this.#own) {
      this.#page = this.#page.slice();
      this.#own = true;
    }
    out.longest = makeTextFields(this.#page, from, this.#at, present, maxChars, this.#starts, this.#ends);
    out.bytes = new DataView(this.#page.buffer, this.#page.byteOffset, this.#page.length);
    out.ascii = out.longest > 0;
    return out.ascii;
  }

  #encode(out: FieldBatch, count: number, present: number, firstRow: number, codec: FieldCodec): void {
    const fields = this.#fields;
    fields.clear();
    out.longest = 0;
    out.ascii = false;
    let value = 0;
    for (let row = 0; row < count && value < present; row++) {
      if (out.picks[row] !== value) continue;
      const start = fields.used;
      codec.encode(this.#page, this.#starts[value] ?? 0, this.#ends[value] ?? 0, firstRow + row, fields);
      this.#starts[value] = start;
      this.#ends[value] = fields.used;
      out.longest = Math.max(out.longest, fields.used - start);
      value++;
    }
    out.bytes = fields.view;
  }
}
