import type { ColumnChunk, PageHeader, ParquetType } from 'hyparquet';
import { FieldBuffer } from './field-buffer.js';
import { countOf } from './footer.js';
import { HybridDecoder } from './hybrid-decoder.js';
import { type Page, PageReader } from './page-reader.js';
import type { RandomReader } from './random-reader.js';
import { UnsupportedError } from './unsupported-error.js';

/** Most rows that {@link ColumnReader.read} gives at once. */
export const maxBatchRows = 4096;

/** How a column's stored values become the fields that its reader hands out. */
export interface FieldCodec {
  /**
   * Appends the field of one stored value to `into`.
   *
   * @param stored holds the value from `start` up to, not including, `end`
   * @param row number of the row in the file, counted from 0, for errors
   */
  encode(stored: Uint8Array, start: number, end: number, row: number, into: FieldBuffer): void;
  /** Called for a row without value; throws when there must be one. */
  missing(row: number): void;
}

/** Fields of some rows: row `i` has the bytes from `starts[i]` to `ends[i]`, or no value where `ends[i]` is 0. */
export interface FieldBatch {
  bytes: DataView;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Room for the fields of one column in so many rows, to be filled by {@link ColumnReader.read} again and again. */
export function newFieldBatch(rows: number): FieldBatch {
  return { bytes: new DataView(new ArrayBuffer(0)), starts: new Uint32Array(rows), ends: new Uint32Array(rows) };
}

/** Used within one synchronous `read` only, so that all readers share them. */
const scratchLevels = new Uint32Array(maxBatchRows);
const scratchIndexes = new Uint32Array(maxBatchRows);

/** The entries of a dictionary page; each is encoded when a row first uses it, until then its `ends` is 0. */
interface Dictionary {
  readonly stored: Uint8Array;
  readonly storedStarts: Uint32Array;
  readonly fields: FieldBuffer;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/**
 * Reads one flat column of one row group from page to page, in portions, so that memory is bounded by a page whatever
 * the column's length. Dictionary entries are encoded once: common data costs an index and a lookup per row.
 *
 * Apache Parquet, README.md "Data Pages", Encodings.md "Plain" and "Dictionary Encoding".
 */
export class ColumnReader {
  readonly #pages: PageReader;
  readonly #width: number | undefined;
  readonly #optional: boolean;
  readonly #codec: FieldCodec;
  #dictionary: Dictionary | undefined;
  /** Rows left in the row group, and of those in the page at hand. */
  #rows: number;
  #pageRows = 0;
  #definition: HybridDecoder | undefined;
  #index: HybridDecoder | undefined;
  #plain: Uint8Array = new Uint8Array(0);
  #plainAt = 0;
  #plainFields: FieldBuffer | undefined;

  /** @param optional whether rows may lack a value */
  constructor(file: RandomReader, chunk: ColumnChunk, type: ParquetType, optional: boolean, codec: FieldCodec) {
    if (chunk.meta_data?.type !== type)
      throw new Error(`a row group holds ${chunk.meta_data?.type} instead of ${type}`);
    this.#pages = new PageReader(file, chunk);
    this.#rows = countOf(chunk.meta_data.num_values, 'the number of values');
    this.#width = widthOf(type);
    this.#optional = optional;
    this.#codec = codec;
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
   * Puts the fields of the next `count` rows into `out`, which stays valid until the next call.
   *
   * @param count at most what `ready()` said and `maxBatchRows`
   * @param firstRow number of the first of these rows in the file
   */
  read(out: FieldBatch, count: number, firstRow: number): void {
    this.#rows -= count;
    this.#pageRows -= count;
    if (this.#definition === undefined) scratchLevels.fill(1, 0, count);
    else this.#definition.read(scratchLevels, count);
    if (this.#index !== undefined && this.#dictionary !== undefined) {
      this.#readIndexed(this.#index, this.#dictionary, out, count, firstRow);
    } else {
      this.#readPlain(out, count, firstRow);
    }
  }

  #readIndexed(index: HybridDecoder, dictionary: Dictionary, out: FieldBatch, count: number, firstRow: number): void {
    let present = 0;
    for (let i = 0; i < count; i++) if (scratchLevels[i] === 1) present++;
    index.read(scratchIndexes, present);
    const { starts, ends } = dictionary;
    let next = 0;
    for (let i = 0; i < count; i++) {
      if (scratchLevels[i] === 1) {
        const entry = scratchIndexes[next++] ?? 0;
        if (ends[entry] === 0) this.#encodeEntry(dictionary, entry, firstRow + i);
        const end = ends[entry];
        if (end === undefined) throw new Error(`row ${firstRow + i} refers to a dictionary entry that does not exist`);
        out.starts[i] = starts[entry] ?? 0;
        out.ends[i] = end;
      } else {
        this.#codec.missing(firstRow + i);
        out.ends[i] = 0;
      }
    }
    out.bytes = dictionary.fields.view;
  }

  #encodeEntry({ stored, storedStarts, fields, starts, ends }: Dictionary, entry: number, row: number): void {
    const at = storedStarts[entry] ?? 0;
    starts[entry] = fields.used;
    this.#codec.encode(stored, at, endOf(stored, at, this.#width), row, fields);
    ends[entry] = fields.used;
  }

  #readPlain(out: FieldBatch, count: number, firstRow: number): void {
    this.#plainFields ??= new FieldBuffer(16 * maxBatchRows);
    const fields = this.#plainFields;
    fields.clear();
    for (let i = 0; i < count; i++) {
      if (scratchLevels[i] === 1) {
        const start = firstByte(this.#plainAt, this.#width);
        const end = endOf(this.#plain, start, this.#width);
        this.#plainAt = end;
        out.starts[i] = fields.used;
        this.#codec.encode(this.#plain, start, end, firstRow + i, fields);
        out.ends[i] = fields.used;
      } else {
        this.#codec.missing(firstRow + i);
        out.ends[i] = 0;
      }
    }
    out.bytes = fields.view;
  }

  #open({ header, bytes }: Page): void {
    if (header.type === 'DICTIONARY_PAGE') {
      this.#dictionary = readDictionary(bytes, header, this.#width);
    } else if (header.data_page_header !== undefined) {
      const { num_values: rows, encoding, definition_level_encoding: levels } = header.data_page_header;
      if (this.#optional && levels !== 'RLE')
        throw new UnsupportedError(`levels encoded as ${levels} are not supported`);
      const size = this.#optional ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true) : 0;
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
      // A column without any value has no dictionary, and its pages may end before the width.
      this.#dictionary ??= readDictionary(new Uint8Array(0), undefined, this.#width);
      this.#index = new HybridDecoder(bytes, Math.min(start + 1, bytes.length), bytes.length, bytes[start] ?? 0);
    } else if (encoding === 'PLAIN') {
      this.#plain = bytes;
      this.#plainAt = start;
    } else {
      throw new UnsupportedError(
        `encoding ${encoding} is not supported; write the file with dictionary or plain encoding`,
      );
    }
  }
}

function readDictionary(stored: Uint8Array, header: PageHeader | undefined, width: number | undefined): Dictionary {
  const count = countOf(header?.dictionary_page_header?.num_values ?? 0, 'the number of values of a dictionary');
  if (count * (width ?? 4) > stored.length) {
    throw new Error(`a dictionary of ${stored.length} bytes claims ${count} values`);
  }
  const storedStarts = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = firstByte(at, width);
    storedStarts[i] = start;
    at = endOf(stored, start, width);
  }
  // A field is as long as what is stored for texts, four bytes longer for the rest.
  const fields = new FieldBuffer(stored.length + (width === undefined ? 0 : 4 * count));
  return { stored, storedStarts, fields, starts: new Uint32Array(count), ends: new Uint32Array(count) };
}

/** Bytes of a value where all take the same, or `undefined` where each is preceded by its length. */
function widthOf(type: ParquetType): number | undefined {
  if (type === 'BYTE_ARRAY') return undefined;
  if (type === 'INT64') return 8;
  if (type === 'INT96') return 12;
  throw new Error(`columns of type ${type} are not read here`);
}

/** Where the bytes of the value lie that is stored at `at`, after its length if it has one. */
function firstByte(at: number, width: number | undefined): number {
  return width === undefined ? at + 4 : at;
}

/** Where the value ends whose bytes begin at `start`; checked to lie within the page. */
function endOf(stored: Uint8Array, start: number, width: number | undefined): number {
  const end = start + (width ?? lengthBefore(stored, start));
  if (end > stored.length) throw new Error('the values of a page end too early');
  return end;
}

/** The little-endian int32 before `start`; bytes beyond the end read as 0, which the bounds then refuse. */
function lengthBefore(stored: Uint8Array, start: number): number {
  const high = ((stored[start - 2] ?? 0) << 16) | ((stored[start - 1] ?? 0) << 24);
  return ((stored[start - 4] ?? 0) | ((stored[start - 3] ?? 0) << 8) | high) >>> 0;
}
