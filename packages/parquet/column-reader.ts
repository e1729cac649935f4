import type { ColumnChunk, ParquetType } from 'hyparquet';
import { Dictionary } from './dictionary.js';
import type { FieldBatch } from './field-batch.js';
import { FieldBuffer } from './field-buffer.js';
import type { FieldCodec } from './field-codec.js';
import { countOf } from './footer.js';
import { HybridDecoder } from './hybrid-decoder.js';
import { type Page, PageReader, type PageSource } from './page-reader.js';
import { maxBatchRows, PlainValues } from './plain-values.js';
import { widthOf } from './stored-values.js';
import { UnsupportedError } from './unsupported-error.js';

/** Used within one synchronous `read` only, so that all readers share them. */
const scratchLevels = new Uint32Array(maxBatchRows);
const scratchIndexes = new Uint32Array(maxBatchRows);

/**
 * Reads one flat column of one row group from page to page, in portions, so that memory is bounded by a page whatever
 * the column's length. Dictionary entries are encoded once: common data costs an index per row.
 *
 * Apache Parquet, README.md "Data Pages", Encodings.md "Plain" and "Dictionary Encoding".
 */
export class ColumnReader {
  readonly #pages: PageReader;
  readonly #width: number | undefined;
  readonly #isBoolean: boolean;
  readonly #optional: boolean;
  readonly #codec: FieldCodec;
  #dictionary: Dictionary | undefined;
  /** Rows left in the row group, and of those in the page at hand. */
  #rows: number;
  #pageRows = 0;
  #definition: HybridDecoder | undefined;
  /** One of the two is set while a page is at hand. */
  #index: HybridDecoder | undefined;
  #plain: PlainValues | undefined;

  /** @param optional whether rows may lack a value */
  constructor(source: PageSource, chunk: ColumnChunk, type: ParquetType, optional: boolean, codec: FieldCodec) {
    if (chunk.meta_data?.type !== type) {
      throw new Error(`a row group holds ${chunk.meta_data?.type} instead of ${type}`);
    }
    this.#pages = new PageReader(source, chunk);
    this.#rows = countOf(chunk.meta_data.num_values, 'the number of values');
    this.#isBoolean = type === 'BOOLEAN';
    this.#width = widthOf(type);
    this.#optional = optional;
    this.#codec = codec;
    if (this.#isBoolean) this.#dictionary = new Dictionary(Uint8Array.of(0, 1), true, 2, 1, codec);
  }

  /**
   * Rows that can be read now without another page; 0 only after the last row. `absent` when the next page cannot be had
   * at once: call `fetch`, then ask again. What the last `read` gave is no longer valid then.
   */
  ready(): number | 'absent' {
    while (this.#pageRows === 0 && this.#rows > 0) {
      this.#leavePage();
      const page = this.#pages.next();
      if (page === 'absent') return page;
      if (page === undefined) throw new Error(`its pages end ${this.#rows} rows too early`);
      this.#open(page);
    }
    return this.#pageRows;
  }

  /** Does what `ready` had to wait for. */
  fetch(): Promise<void> {
    return this.#pages.fetch();
  }

  /** Gives back the memory of its pages; what was read of them is no longer valid. */
  close(): void {
    this.#leavePage();
    this.#dictionary = undefined;
    this.#pages.close();
  }

  /** The page at hand may be large: nothing may hold it while the next one is opened. */
  #leavePage(): void {
    this.#definition = undefined;
    this.#index = undefined;
    this.#plain = undefined;
    this.#plainFields.clear();
  }

  /**
   * Puts the fields of the next `count` rows into `out`; they stay valid until the next call.
   *
   * @param count at most what `ready()` said and `maxBatchRows`
   * @param firstRow number of the first of these rows in the file
   */
  read(out: FieldBatch, count: number, firstRow: number): void {
    this.#rows -= count;
    this.#pageRows -= count;
    const definition = this.#definition;
    const levels = definition === undefined || definition.takeRun(1, count) ? undefined : scratchLevels;
    if (levels !== undefined) definition?.read(levels, count);
    if (this.#plain !== undefined) this.#plain.read(out, levels, count, firstRow, this.#codec);
    else if (levels === undefined) this.#readIndexes(out.picks, count);
    else this.#readSparseIndexes(out.picks, levels, count, firstRow);
    if (this.#index !== undefined) this.#dictionary?.give(out, count, firstRow);
  }

  #readIndexes(picks: Uint32Array, count: number): void {
    this.#index?.read(picks, count);
    this.#checkIndexes(picks, count);
  }

  #readSparseIndexes(picks: Uint32Array, levels: Uint32Array, count: number, firstRow: number): void {
    let present = 0;
    for (let i = 0; i < count; i++) if (levels[i] === 1) present++;
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

  #open({ header, bytes, own }: Page): void {
    if (header.type === 'DICTIONARY_PAGE') {
      const count = countOf(header.dictionary_page_header?.num_values ?? 0, 'the number of values of a dictionary');
      this.#dictionary = new Dictionary(bytes, own, count, this.#width, this.#codec);
    } else if (header.data_page_header !== undefined) {
      const { num_values: rows, encoding, definition_level_encoding: levels } = header.data_page_header;
      if (this.#optional && levels !== 'RLE') {
        throw new UnsupportedError(`levels encoded as ${levels} are not supported`);
      }
      const size = this.#optional ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true) : 0;
      const start = this.#optional ? 4 : 0;
      this.#openValues(bytes, own, rows, start, start + size, encoding);
    } else if (header.data_page_header_v2 !== undefined) {
      const { num_values: rows, encoding, repetition_levels_byte_length: skip } = header.data_page_header_v2;
      const end = skip + header.data_page_header_v2.definition_levels_byte_length;
      this.#openValues(bytes, own, rows, skip, end, encoding);
    }
    // Anything else (index pages) may be skipped, says the format.
  }

  #openValues(bytes: Uint8Array, own: boolean, rows: number, levelsStart: number, start: number, encoding: string) {
    this.#pageRows = countOf(rows, 'the number of values of a page');
    if (rows > this.#rows) throw new Error(`a page claims ${rows} rows where ${this.#rows} are left`);
    this.#definition = this.#optional ? new HybridDecoder(bytes, levelsStart, start, 1) : undefined;
    this.#index = undefined;
    this.#plain = undefined;
    if (this.#isBoolean && (encoding === 'PLAIN' || encoding === 'RLE')) {
      this.#index =
        encoding === 'PLAIN'
          ? HybridDecoder.ofPacked(bytes, start, bytes.length, 1)
          : // The length of the runs stands before them, as it does nowhere else.
            new HybridDecoder(bytes, Math.min(start + 4, bytes.length), bytes.length, 1);
    } else if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
      // A column without any value has no dictionary, and its pages may end before the width.
      this.#dictionary ??= new Dictionary(new Uint8Array(0), true, 0, this.#width, this.#codec);
      this.#index = new HybridDecoder(bytes, Math.min(start + 1, bytes.length), bytes.length, bytes[start] ?? 0);
    } else if (encoding === 'PLAIN') {
      this.#plain = new PlainValues(bytes, own, start, this.#width, this.#plainFields);
    } else {
      throw new UnsupportedError(
        `encoding ${encoding} is not supported; write the file with dictionary or plain encoding`,
      );
    }
  }

  /** Used again for each page. */
  readonly #plainFields = new FieldBuffer(0);
}
