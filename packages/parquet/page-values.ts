import type { Encoding, SchemaElement } from 'hyparquet';
import { Dictionary } from './dictionary.js';
import { UnsupportedError } from './errors.js';
import type { FieldBatch } from './field-batch.js';
import { FieldBuffer } from './field-buffer.js';
import type { FieldCodec } from './field-codec.js';
import { HybridDecoder } from './hybrid-decoder.js';
import { maxBatchRows, PlainValues } from './plain-values.js';
import { widthOf } from './stored-values.js';
import { type Transcoder, transcoderOf } from './transcoders.js';

/** Used within one synchronous `read` only, so that all readers share it. */
const scratchIndexes = new Uint32Array(maxBatchRows);

/** The values of a column's page at hand, in whichever encoding they are, as fields. */
export class PageValues {
  readonly #element: SchemaElement;
  readonly #width: number | undefined;
  readonly #codec: FieldCodec;
  #dictionary: Dictionary | undefined;
  /** One of the two is set while a page is at hand. */
  #index: HybridDecoder | undefined;
  #plain: PlainValues | undefined;
  /** Where the plain values come from, when the page has none itself; and how many of them are not read yet. */
  #transcoder: Transcoder | undefined;
  #transcoded = 0;
  /** Both are used again for each page. */
  readonly #plainFields = new FieldBuffer(0);
  readonly #portion = new FieldBuffer(0);

  constructor(element: SchemaElement, codec: FieldCodec) {
    this.#element = element;
    this.#width = widthOf(element);
    this.#codec = codec;
    if (element.type === 'BOOLEAN') this.#dictionary = new Dictionary(Uint8Array.of(0, 1), true, 2, 1, codec);
  }

  /** Takes the dictionary that the following pages refer to. */
  useDictionary(dictionary: Dictionary): void {
    if (this.#element.type === 'BOOLEAN') throw new UnsupportedError('dictionaries of booleans are not supported');
    this.#dictionary = dictionary;
  }

  /** Lets go of the page at hand. */
  leavePage(): void {
    this.#index = undefined;
    this.#plain = undefined;
    this.#transcoder = undefined;
    this.#plainFields.clear();
    this.#portion.clear();
  }

  /** Lets go of the dictionary as well; nothing can be read any more. */
  close(): void {
    this.leavePage();
    this.#dictionary = undefined;
  }

  /** @param start where the values lie in the page, behind the levels */
  open(encoding: Encoding, page: Uint8Array, own: boolean, start: number): void {
    if (this.#element.type === 'BOOLEAN' && (encoding === 'PLAIN' || encoding === 'RLE')) {
      this.#index =
        encoding === 'PLAIN'
          ? HybridDecoder.ofPacked(page, start, page.length, 1)
          : new HybridDecoder(page, checkRunsLength(page, start), page.length, 1);
    } else if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
      // A column without any value has no dictionary, and its pages may end before the width.
      this.#dictionary ??= new Dictionary(new Uint8Array(0), true, 0, this.#width, this.#codec);
      this.#index = new HybridDecoder(page, Math.min(start + 1, page.length), page.length, page[start] ?? 0);
    } else if (encoding === 'PLAIN') {
      this.#plain = new PlainValues(page, own, start, this.#width, this.#plainFields);
    } else {
      this.#openTranscoded(encoding, page, start);
    }
  }

  #openTranscoded(encoding: Encoding, page: Uint8Array, start: number): void {
    const { type } = this.#element;
    if (start === page.length) {
      // A page without any value may end before its encoding begins.
      this.#plain = new PlainValues(page, false, start, this.#width, this.#plainFields);
      return;
    }
    this.#transcoder = type && transcoderOf(encoding, type, page, start, this.#width);
    this.#transcoded = 0;
    if (this.#transcoder === undefined) {
      throw new UnsupportedError(
        `encoding ${encoding} of ${type} is not supported; write the file with dictionary or plain encoding`,
      );
    }
    this.#plain = new PlainValues(new Uint8Array(0), true, 0, this.#width, this.#plainFields);
  }

  /** Rows of the page that can be read at once; there may be fewer in the page. */
  ready(): number {
    const transcoder = this.#transcoder;
    if (transcoder === undefined) return Number.POSITIVE_INFINITY;
    if (this.#transcoded === 0 && transcoder.left > 0) {
      this.#portion.clear();
      this.#transcoded = transcoder.next(maxBatchRows, this.#portion);
      const { view, used } = this.#portion;
      const values = new Uint8Array(view.buffer, view.byteOffset, used);
      this.#plain = new PlainValues(values, true, 0, this.#width, this.#plainFields);
    }
    // Rows without a value take none of them.
    return this.#transcoded > 0 ? this.#transcoded : Number.POSITIVE_INFINITY;
  }

  /**
   * Puts the fields of the next `count` rows into `out`; they stay valid until the next call.
   *
   * @param levels 1 for each row that has a value; left out, all of them have
   * @param present how many of the rows have a value
   */
  read(out: FieldBatch, levels: Uint32Array | undefined, count: number, present: number, firstRow: number): void {
    if (this.#plain !== undefined) {
      this.#plain.read(out, levels, count, present, firstRow, this.#codec);
      this.#transcoded -= Math.min(this.#transcoded, present);
      return;
    }
    if (levels === undefined) this.#readIndexes(out.picks, count);
    else this.#readSparseIndexes(out.picks, levels, count, present, firstRow);
    this.#dictionary?.give(out, count, firstRow, present === count);
  }

  /** @throws Error when the page holds more than was read */
  finish(): void {
    this.#index?.finish();
    const unread = this.#transcoded + (this.#transcoder?.left ?? 0);
    if (unread > 0) throw new Error(`a page holds ${unread} values more than its rows take`);
    this.#plain?.finish();
    this.#transcoder?.finish();
  }

  #readIndexes(picks: Uint32Array, count: number): void {
    this.#index?.read(picks, count);
    this.#checkIndexes(picks, count);
  }

  #readSparseIndexes(picks: Uint32Array, levels: Uint32Array, count: number, present: number, firstRow: number): void {
    this.#index?.read(scratchIndexes, present);
    this.#checkIndexes(scratchIndexes, present);
    const noValue = this.#dictionary?.count ?? 0;
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (levels[i] === 1) {
        picks[i] = scratchIndexes[next++] ?? 0;
      } else {
        this.#codec.missing(firstRow + i);
        picks[i] = noValue;
      }
    }
  }

  #checkIndexes(indexes: Uint32Array, count: number): void {
    let greatest = -1;
    for (let i = 0; i < count; i++) {
      const index = indexes[i] ?? 0;
      if (index > greatest) greatest = index;
    }
    const entries = this.#dictionary?.count ?? 0;
    if (greatest >= entries) throw new Error(`a row refers to entry ${greatest} of a dictionary of ${entries}`);
  }
}

/** The length of the runs of booleans stands before them, as it does nowhere else. Returns where they start. */
function checkRunsLength(page: Uint8Array, start: number): number {
  if (start === page.length) return start;
  const claimed = new DataView(page.buffer, page.byteOffset, page.length).getUint32(start, true);
  if (start + 4 + claimed !== page.length) {
    throw new Error(`runs claim ${claimed} bytes of the ${page.length - start - 4} that a page has left`);
  }
  return start + 4;
}
