import type { SchemaElement } from 'hyparquet';
import { Dictionary } from './dictionary.js';
import { UnsupportedError } from './errors.js';
import type { FieldBatch } from './field-batch.js';
import type { FieldCodec } from './field-codec.js';
import { countOf } from './footer.js';
import { HybridDecoder } from './hybrid-decoder.js';
import type { Chunk } from './metadata.js';
import { type Page, PageReader, type PageSource } from './page-reader.js';
import { PageValues } from './page-values.js';
import { maxBatchRows } from './plain-values.js';
import { widthOf } from './stored-values.js';

/** Used within one synchronous `read` only, so that all readers share it. */
const scratchLevels = new Uint32Array(maxBatchRows);

/**
 * Reads one flat column of one row group from page to page, in portions, so that memory is bounded by a page whatever
 * the column's length. Dictionary entries are encoded once: common data costs an index per row.
 *
 * Everything that a file says twice is compared: a page has to be used up by its rows, the chunk by its pages, and the
 * counts of rows without a value have to be those that were read. Damage that shifts values by a row shows there.
 *
 * Apache Parquet, README.md "Data Pages", Encodings.md "Plain" and "Dictionary Encoding".
 */
export class ColumnReader {
  readonly #pages: PageReader;
  readonly #values: PageValues;
  readonly #optional: boolean;
  readonly #codec: FieldCodec;
  readonly #element: SchemaElement;
  #hasDictionary = false;
  #hasData = false;
  /** Rows left in the row group, and of those in the page at hand. */
  #rows: number;
  #pageRows = 0;
  /** Rows without a value, so far and in the page at hand; and what the file says, where it does. */
  #nulls = 0;
  #pageNulls = 0;
  readonly #saidNulls: number | undefined;
  #saidPageNulls: number | undefined;
  #definition: HybridDecoder | undefined;

  /**
   * @param rows of the row group
   * @throws Error when what the row group says of the column does not fit
   */
  constructor(source: PageSource, chunk: Chunk, rows: number, element: SchemaElement, codec: FieldCodec) {
    const data = chunk.meta_data;
    if (data === undefined || data.type !== element.type) {
      throw new Error(`a row group holds ${data?.type ?? 'nothing'} instead of ${element.type}`);
    }
    const values = countOf(data.num_values, 'the number of values');
    if (values !== rows) throw new Error(`a row group of ${rows} rows has ${values} values`);
    this.#pages = new PageReader(source, chunk);
    this.#rows = rows;
    this.#optional = element.repetition_type === 'OPTIONAL';
    this.#element = element;
    this.#codec = codec;
    this.#values = new PageValues(element, codec);
    const nulls = data.statistics?.null_count;
    this.#saidNulls = nulls === undefined ? undefined : countOf(nulls, 'the number of rows without a value');
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
    return Math.min(this.#pageRows, this.#values.ready());
  }

  /** Does what `ready` had to wait for. */
  fetch(): Promise<void> {
    return this.#pages.fetch();
  }

  /** Gives back the memory of its pages; what was read of them is no longer valid. */
  close(): void {
    this.#definition = undefined;
    this.#values.close();
    this.#pages.close();
  }

  /** The page at hand may be large: nothing may hold it while the next one is opened. */
  #leavePage(): void {
    this.#definition = undefined;
    this.#values.leavePage();
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
    let present = count;
    if (levels !== undefined) {
      definition?.read(levels, count);
      present = 0;
      for (let i = 0; i < count; i++) if (levels[i] === 1) present++;
      this.#pageNulls += count - present;
    }
    this.#values.read(out, levels, count, present, firstRow);
    if (this.#pageRows === 0) this.#finishPage();
    if (this.#rows === 0) this.#finish();
  }

  #finishPage(): void {
    this.#definition?.finish();
    this.#values.finish();
    if (this.#saidPageNulls !== undefined && this.#saidPageNulls !== this.#pageNulls) {
      throw new Error(`a page claims ${this.#saidPageNulls} rows without a value, it has ${this.#pageNulls}`);
    }
    this.#nulls += this.#pageNulls;
  }

  #finish(): void {
    if (this.#saidNulls !== undefined && this.#saidNulls !== this.#nulls) {
      throw new Error(`it claims ${this.#saidNulls} rows without a value, it has ${this.#nulls}`);
    }
    if (this.#pages.left > 0) throw new Error(`${this.#pages.left} bytes are left behind its last row`);
  }

  #open({ header, bytes, own }: Page): void {
    const { dictionary_page_header: dictionary, data_page_header: v1, data_page_header_v2: v2 } = header;
    if (dictionary !== undefined) {
      const { encoding } = dictionary;
      if (this.#hasDictionary || this.#hasData) throw new Error('a dictionary stands behind other pages');
      if (encoding !== 'PLAIN' && encoding !== 'PLAIN_DICTIONARY') {
        throw new UnsupportedError(`a dictionary encoded as ${encoding} is not supported`);
      }
      const count = countOf(dictionary.num_values, 'the number of values of a dictionary');
      this.#hasDictionary = true;
      this.#values.useDictionary(new Dictionary(bytes, own, count, widthOf(this.#element), this.#codec));
    } else if (v1 !== undefined) {
      if (this.#optional && v1.definition_level_encoding !== 'RLE') {
        throw new UnsupportedError(`levels encoded as ${v1.definition_level_encoding} are not supported`);
      }
      const size = this.#optional ? new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true) : 0;
      const start = this.#optional ? 4 : 0;
      this.#openData(v1.num_values, bytes, start, start + size);
      this.#values.open(v1.encoding, bytes, own, start + size);
    } else if (v2 !== undefined) {
      if (v2.num_values !== v2.num_rows) throw new Error(`a page has ${v2.num_values} values in ${v2.num_rows} rows`);
      const start = countOf(v2.repetition_levels_byte_length, 'the size of levels');
      const end = start + countOf(v2.definition_levels_byte_length, 'the size of levels');
      this.#openData(v2.num_values, bytes, start, end);
      checkNoLevels(bytes, 0, start, v2.num_rows);
      if (!this.#optional) checkNoLevels(bytes, start, end, v2.num_rows);
      this.#saidPageNulls = v2.num_nulls;
      this.#values.open(v2.encoding, bytes, own, end);
    }
    // Anything else (index pages) may be skipped, says the format.
  }

  #openData(rows: number, bytes: Uint8Array, levelsStart: number, levelsEnd: number): void {
    this.#pageRows = countOf(rows, 'the number of values of a page');
    if (rows > this.#rows) throw new Error(`a page claims ${rows} rows where ${this.#rows} are left`);
    this.#hasData = true;
    this.#pageNulls = 0;
    this.#saidPageNulls = undefined;
    this.#definition = this.#optional ? new HybridDecoder(bytes, levelsStart, levelsEnd, 1) : undefined;
  }
}

/**
 * Some writers store levels that need none, as a run of values of no bits.
 *
 * @throws Error when the bytes of a page from `start` up to, not including, `end` are anything else
 */
function checkNoLevels(bytes: Uint8Array, start: number, end: number, rows: number): void {
  if (start === end) return;
  const levels = new HybridDecoder(bytes, start, end, 0);
  if (!levels.takeRun(0, rows)) throw new Error(`a page has ${end - start} bytes of levels where there are none`);
  levels.finish();
}
