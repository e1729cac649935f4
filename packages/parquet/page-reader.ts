import { crc32 } from 'node:zlib';
import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { BadInputError } from '#contracts/errors.js';
import { decompress } from './decompress.js';
import { countOf } from './footer.js';
import type { Chunk } from './metadata.js';
import { readPageHeader } from './page-header.js';
import type { RandomReader } from './random-reader.js';

/** Bytes asked from the file at a time; a page larger than this is read whole. */
const blockBytes = 1024 * 1024;
/** A header is some dozens of bytes, more only with long values in its statistics. */
const usualHeaderBytes = 4096;
const maxHeaderBytes = 1024 * 1024;
/** Writers make pages of about 1 MiB; this bounds memory where one wrote a whole column as one page. */
const maxPageBytes = 256 * 1024 * 1024;

/**
 * Old writers (parquet-mr before 1.2.9, PARQUET-816) left the header of the dictionary out of a column's size, so its last
 * page may reach beyond by this much.
 */
const maxOverrun = 100;

/** A page with its bytes decompressed. Levels come first in the bytes of data pages. */
export interface Page {
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
  /** Whether nobody else sees the bytes, so that they may be written to. */
  readonly own: boolean;
}

/** The pages of one column in one row group, one after the other, a page in memory at a time. */
export class PageReader {
  readonly #file: RandomReader;
  readonly #codec: ColumnMetaData['codec'];
  /** Where the column ends, as its size says, and up to where its last page may reach. */
  readonly #claimedEnd: number;
  readonly #end: number;
  #at: number;
  /** The header before `#at`, when the page's bytes were not in memory yet. */
  #header: PageHeader | undefined;
  #block: Uint8Array = new Uint8Array(0);
  #blockStart = 0;
  /** Bytes from `#at` on that have to be in memory for the next step. */
  #wanted = usualHeaderBytes;

  /** @throws Error when the chunk does not lie within the file */
  constructor(file: RandomReader, chunk: Chunk) {
    const meta = chunk.meta_data;
    if (meta === undefined || chunk.file_path) throw new Error('the column data is not in this file');
    const data = countOf(meta.data_page_offset, 'the offset of a column');
    const dictionary = countOf(meta.dictionary_page_offset ?? 0n, 'the offset of a dictionary');
    // Some writers say 0 where there is no dictionary.
    this.#at = dictionary > 0 && dictionary < data ? dictionary : data;
    this.#claimedEnd = this.#at + countOf(meta.total_compressed_size, 'the size of a column');
    if (this.#claimedEnd > file.size)
      throw new Error(`a column claims bytes up to ${this.#claimedEnd} of ${file.size}`);
    this.#end = Math.min(this.#claimedEnd + maxOverrun, file.size);
    this.#file = file;
    this.#codec = meta.codec;
  }

  /** Bytes of the column that no page has taken yet. */
  get left(): number {
    return Math.max(this.#claimedEnd - this.#at, 0);
  }

  /**
   * The next page; `undefined` after the last. `absent` when its bytes are not in memory: call `fetch`, then try again.
   * Whatever is in memory is read without waiting, which small files are whole.
   */
  next(): Page | 'absent' | undefined {
    if (this.#header === undefined) {
      if (this.#at >= this.#claimedEnd) return undefined;
      const header = this.#readHeader();
      if (header === undefined) return 'absent';
      this.#header = header;
    }
    const header = this.#header;
    const stored = countOf(header.compressed_page_size, 'the size of a page');
    const size = countOf(header.uncompressed_page_size, 'the size of a page');
    if (Math.max(stored, size) > maxPageBytes) {
      throw new BadInputError(
        'page-too-large',
        `a page of ${Math.max(stored, size)} bytes exceeds ${maxPageBytes}; ` +
          'write the file again with smaller row groups or smaller pages',
      );
    }
    const input = this.#bytes(stored);
    if (input === undefined) return 'absent';
    if (input.length < stored) throw new Error(`a page of ${stored} bytes has only ${input.length} left in its column`);
    this.#at += stored;
    this.#wanted = usualHeaderBytes;
    this.#header = undefined;
    if (header.crc !== undefined && crc32(input) !== header.crc >>> 0) throw new Error('a page has a wrong checksum');
    return this.#expand(header, input, size);
  }

  /** Brings into memory what `next` lacked. Faults of the disk come as themselves. */
  async fetch(): Promise<void> {
    const end = Math.min(this.#end, this.#at + Math.max(this.#wanted, blockBytes));
    this.#block = await this.#file.slice(this.#at, end);
    this.#blockStart = this.#at;
  }

  #expand(header: PageHeader, input: Uint8Array, size: number): Page {
    const v2 = header.data_page_header_v2;
    const own = this.#codec !== 'UNCOMPRESSED';
    if (v2 === undefined) return { header, bytes: decompress(this.#codec, input, size), own };
    // Version 2 stores the levels uncompressed in front of the values.
    const levels =
      countOf(v2.repetition_levels_byte_length, 'the size of levels') +
      countOf(v2.definition_levels_byte_length, 'the size of levels');
    if (levels > Math.min(input.length, size)) throw new Error(`levels of ${levels} bytes exceed their page`);
    if (v2.is_compressed === false || !own) {
      return { header, bytes: decompress('UNCOMPRESSED', input, size), own: false };
    }
    const values = decompress(this.#codec, input.subarray(levels), size - levels);
    const page = new Uint8Array(size);
    page.set(input.subarray(0, levels));
    page.set(values, levels);
    return { header, bytes: page, own };
  }

  #readHeader(): PageHeader | undefined {
    while (true) {
      const bytes = this.#bytes(this.#wanted);
      if (bytes === undefined) return undefined;
      const read = readPageHeader(bytes);
      if (read !== undefined) {
        this.#at += read.length;
        return read.header;
      }
      if (bytes.length < this.#wanted) throw new Error('a page header ends in the middle');
      if (this.#wanted > maxHeaderBytes) throw new Error(`a page header exceeds ${maxHeaderBytes} bytes`);
      this.#wanted *= 16;
    }
  }

  /** The next so many bytes of the chunk, fewer at its end, if they are in memory; does not move on. */
  #bytes(count: number): Uint8Array | undefined {
    this.#wanted = count;
    const end = Math.min(this.#end, this.#at + count);
    if (this.#at >= this.#blockStart && end <= this.#blockStart + this.#block.length) {
      return this.#block.subarray(this.#at - this.#blockStart, end - this.#blockStart);
    }
    return this.#file.inMemory(this.#at, end);
  }
}
