import type { ColumnChunk, PageHeader, ParquetType } from 'hyparquet';
import { countOf } from './footer.js';
import { HybridDecoder } from './hybrid-decoder.js';
import { type Page, PageReader } from './page-reader.js';
import type { RandomReader } from './random-reader.js';

/** Most rows that {@link ColumnReader.read} gives at once. */
export const maxBatchRows = 4096;

/**
 * Makes what the reader hands out from one stored value.
 *
 * @param bytes holds the value from `start` up to, not including, `end`; not to be kept
 * @param row number of the row in the file, counted from 0, for errors
 */
export type DecodeValue<T> = (bytes: Uint8Array, start: number, end: number, row: number) => T;

/** Where the values of one type lie: after a length each (BYTE_ARRAY), or in equal steps. */
function widthOf(type: ParquetType): number | undefined {
  if (type === 'BYTE_ARRAY') return undefined;
  if (type === 'INT64') return 8;
  if (type === 'INT96') return 12;
  throw new Error(`columns of type ${type} are not read here`);
}

/** The entries of a dictionary page; each is decoded when a row first uses it. */
interface Dictionary<T> {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly decoded: (T | undefined)[];
}

/**
 * Reads one flat column of one row group from page to page, in portions, so that memory is bounded by a page whatever
 * the column's length. Dictionary entries are decoded once: common data costs an index and a lookup per row.
 *
 * Apache Parquet, README.md "Data Pages", Encodings.md "Plain" and "Dictionary Encoding".
 */
export class ColumnReader<T> {
  readonly #pages: PageReader;
  readonly #width: number | undefined;
  readonly #optional: boolean;
  readonly #decode: DecodeValue<T>;
  readonly #levels = new Uint32Array(maxBatchRows);
  readonly #indexes = new Uint32Array(maxBatchRows);
  #dictionary: Dictionary<T> | undefined;
  /** Rows left in the row group, and of those in the page at hand. */
  #rows: number;
  #pageRows = 0;
  #definition: HybridDecoder | undefined;
  #index: HybridDecoder | undefined;
  #plain: Uint8Array = new Uint8Array(0);
  #plainAt = 0;

  /** @param optional whether rows may lack a value */
  constructor(file: RandomReader, chunk: ColumnChunk, type: ParquetType, optional: boolean, decode: DecodeValue<T>) {
    if (chunk.meta_data?.type !== type) throw new Error(`a row group holds ${chunk.meta_data?.type} instead of ${type}`);
    this.#pages = new PageReader(file, chunk);
    this.#rows = countOf(chunk.meta_data.num_values, 'the number of values');
    this.#width = widthOf(type);
    this.#optional = optional;
    this.#decode = decode;
  }

  /** Rows that can be read now without another page; 0 only after the last row. */
  async ready(): Promise<number> {
    while (this.#pageRows === 0 && this.#rows > 0) {
      const page = await this.#pages.next();
      if (page === undefined) throw new Error(`its pages end ${this.#rows} rows too early`);
      this.#open(page);
    }
    return this.#pageRows;
  }

  /**
   * Writes the next `count` values to the start of `out`, `missing` for absent ones.
   *
   * @param count at most what `ready()` said and `maxBatchRows`
   * @param firstRow number of the first of these rows in the file
   */
  read(out: T[], count: number, firstRow: number, missing: (row: number) => T): void {
    this.#rows -= count;
    this.#pageRows -= count;
    const levels = this.#definition === undefined ? undefined : this.#levels;
    let present = count;
    if (this.#definition !== undefined) {
      this.#definition.read(this.#levels, count);
      present = 0;
      for (let i = 0; i < count; i++) if (this.#levels[i] === 1) present++;
    }
    this.#index?.read(this.#indexes, present);
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (levels !== undefined && levels[i] !== 1) out[i] = missing(firstRow + i);
      else if (this.#index !== undefined) out[i] = this.#entry(this.#indexes[next++] ?? 0, firstRow + i);
      else out[i] = this.#plainValue(firstRow + i);
    }
  }

  #entry(index: number, row: number): T {
    const dictionary = this.#dictionary;
    const known = dictionary?.decoded[index];
    if (known !== undefined) return known;
    const start = dictionary?.starts[index];
    const end = dictionary?.ends[index];
    if (dictionary === undefined || start === undefined || end === undefined) {
      throw new Error(`row ${row} refers to entry ${index} of a dictionary that ends before it`);
    }
    const value = this.#decode(dictionary.bytes, start, end, row);
    dictionary.decoded[index] = value;
    return value;
  }

  #plainValue(row: number): T {
    const { start, end } = valueAt(this.#plain, this.#plainAt, this.#width);
    this.#plainAt = end;
    return this.#decode(this.#plain, start, end, row);
  }

  #open({ header, bytes }: Page): void {
    if (header.type === 'DICTIONARY_PAGE') {
      this.#dictionary = this.#readDictionary(bytes, header);
    } else if (header.data_page_header !== undefined) {
      const { num_values: rows, encoding, definition_level_encoding: levels } = header.data_page_header;
      if (this.#optional && levels !== 'RLE') throw new Error(`levels encoded as ${levels} are not supported`);
      const size = this.#optional ? view(bytes).getUint32(0, true) : 0;
      const start = this.#optional ? 4 : 0;
      this.#openValues(bytes, rows, start, start + size, encoding);
    } else if (header.data_page_header_v2 !== undefined) {
      const { num_values: rows, encoding, repetition_levels_byte_length: skip } = header.data_page_header_v2;
      const end = skip + header.data_page_header_v2.definition_levels_byte_length;
      this.#openValues(bytes, rows, skip, end, encoding);
    }
    // Anything else (index pages) may be skipped, says the format.
  }

  #openValues(bytes: Uint8Array, rows: number, levelsStart: number, start: number, encoding: string): void {
    this.#pageRows = countOf(rows, 'the number of values of a page');
    if (rows > this.#rows) throw new Error(`a page claims ${rows} rows where ${this.#rows} are left`);
    this.#definition = this.#optional ? new HybridDecoder(bytes, levelsStart, start, 1) : undefined;
    this.#index = undefined;
    if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
      // A page without any value may end before the width.
      this.#index = new HybridDecoder(bytes, Math.min(start + 1, bytes.length), bytes.length, bytes[start] ?? 0);
    } else if (encoding === 'PLAIN') {
      this.#plain = bytes;
      this.#plainAt = start;
    } else {
      throw new Error(`encoding ${encoding} is not supported; write the file with dictionary or plain encoding`);
    }
  }

  #readDictionary(bytes: Uint8Array, header: PageHeader): Dictionary<T> {
    const count = countOf(header.dictionary_page_header?.num_values, 'the number of values of a dictionary');
    if (count * (this.#width ?? 4) > bytes.length) {
      throw new Error(`a dictionary of ${bytes.length} bytes claims ${count} values`);
    }
    const starts = new Uint32Array(count);
    const ends = new Uint32Array(count);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const { start, end } = valueAt(bytes, at, this.#width);
      starts[i] = start;
      ends[i] = end;
      at = end;
    }
    return { bytes, starts, ends, decoded: [] };
  }
}

function valueAt(bytes: Uint8Array, at: number, width: number | undefined): { start: number; end: number } {
  const start = width === undefined ? at + 4 : at;
  const end = start + (width ?? lengthAt(bytes, at));
  if (end > bytes.length) throw new Error('the values of a page end too early');
  return { start, end };
}

/** A little-endian int32; bytes beyond the end read as 0, which the caller's bound then refuses. */
function lengthAt(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0
  );
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
