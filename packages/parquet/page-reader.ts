import type { ColumnMetaData, PageHeader } from 'hyparquet';
import { BadInputError } from '#contracts/errors.js';
import { decompressPage, type StoredPage } from './decompress.js';
import { printableName } from './errors.js';
import { countOf } from './footer.js';
import type { Chunk } from './metadata.js';
import { readPageHeader } from './page-header.js';
import type { PageInflater } from './page-inflater.js';
import type { PageShare } from './page-memory.js';
import type { RandomReader } from './random-reader.js';
import { transcodedBytes } from './transcoders.js';
import type { Turns } from './turns.js';

/** Bytes asked from the file at a time; a page larger than this is read whole. */
const blockBytes = 1024 * 1024;
/** A header is some dozens of bytes, more only with long values in its statistics. */
const usualHeaderBytes = 4096;
const maxHeaderBytes = 1024 * 1024;
/** Writers make pages of about 1 MiB, which take some milliseconds; what is larger is decompressed in a thread. */
const maxSyncBytes = 2 * 1024 * 1024;

/**
 * Old writers (parquet-mr before 1.2.9, PARQUET-816) left the header of the dictionary out of a column's size, so its
 * last page may reach beyond by this much.
 */
const maxOverrun = 100;

/** A page with its bytes decompressed. Levels come first in the bytes of data pages. */
export interface Page {
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
  /** Whether nobody else sees the bytes, so that they may be written to. */
  readonly own: boolean;
}

/** What the readers of a file's columns share. */
export interface PageSource {
  readonly file: RandomReader;
  readonly share: PageShare;
  readonly inflater: PageInflater;
  readonly turns: Turns;
  readonly signal: AbortSignal | undefined;
}

/** A page whose header has been read; its bytes are the next ones. */
interface ComingPage {
  readonly header: PageHeader;
  readonly codec: ColumnMetaData['codec'];
  /** Bytes in the file, bytes decompressed, and of both those of levels that are not compressed. */
  readonly stored: number;
  readonly size: number;
  readonly levels: number;
  /** Bytes of memory that it takes for as long as its values are read, and besides while it is opened. */
  readonly kept: number;
  readonly passing: number;
  /** Bytes that a WebAssembly decoder in the thread needs for it. */
  readonly heap: number;
}

/**
 * The pages of one column in one row group, one after the other, a page in memory at a time. Their memory is claimed by
 * what their headers say, before anything is read or decompressed.
 */
export class PageReader {
  readonly #source: PageSource;
  readonly #meta: ColumnMetaData;
  /** Where the column ends, as its size says, and up to where its last page may reach. */
  readonly #claimedEnd: number;
  readonly #end: number;
  #at: number;
  /** The page whose bytes begin at `#at`. */
  #coming: ComingPage | undefined;
  /** Whether the memory for it has been claimed. */
  #claimed = false;
  /** The same page when the thread has decompressed it. */
  #opened: Page | undefined;
  #block: Uint8Array = new Uint8Array(0);
  #blockStart = 0;
  /** Bytes of memory that are claimed: for everything, and for the data page at hand. */
  #held = 0;
  #heldForPage = 0;
  /** Bytes from `#at` on that have to be in memory for the next step. */
  #wanted = usualHeaderBytes;

  /** @throws Error when the chunk does not lie within the file */
  constructor(source: PageSource, chunk: Chunk) {
    const meta = chunk.meta_data;
    if (meta === undefined || chunk.file_path) throw new Error('the column data is not in this file');
    const data = countOf(meta.data_page_offset, 'the offset of a column');
    const dictionary = countOf(meta.dictionary_page_offset ?? 0n, 'the offset of a dictionary');
    // Some writers say 0 where there is no dictionary.
    this.#at = dictionary > 0 && dictionary < data ? dictionary : data;
    this.#claimedEnd = this.#at + countOf(meta.total_compressed_size, 'the size of a column');
    const { size } = source.file;
    if (this.#claimedEnd > size) throw new Error(`a column claims bytes up to ${this.#claimedEnd} of ${size}`);
    this.#end = Math.min(this.#claimedEnd + maxOverrun, size);
    this.#source = source;
    this.#meta = meta;
  }

  /** Bytes of the column that no page has taken yet. */
  get left(): number {
    return Math.max(this.#claimedEnd - this.#at, 0);
  }

  /**
   * The next page; `undefined` after the last. `absent` when that cannot be had at once: call `fetch`, then try again.
   * Small pages that are in memory, which small files are whole, are read without waiting. Nobody may refer to the data
   * page before any more.
   *
   * @throws BadInputError `page-too-large`, Error when the page is damaged
   */
  next(): Page | 'absent' | undefined {
    const opened = this.#opened;
    if (opened !== undefined) {
      this.#opened = undefined;
      return opened;
    }
    if (this.#source.turns.due) return 'absent';
    if (this.#coming === undefined) {
      if (this.#at >= this.#claimedEnd) return undefined;
      const header = this.#readHeader();
      if (header === undefined) return 'absent';
      this.#coming = this.#comingPage(header);
      this.#giveBack(this.#heldForPage);
      this.#heldForPage = 0;
    }
    const page = this.#coming;
    if (!this.#claimed) {
      if (!this.#source.share.claim(this.#fitting(this.#needOf(page)))) return 'absent';
      this.#hold(page);
    }
    if (isLarge(page)) return 'absent';
    const input = this.#bytes(page.stored);
    return input === undefined ? 'absent' : this.#done(page, decompressPage(storedPage(page, input)));
  }

  /** Does what `next` had to wait for. Faults of the disk come as themselves. */
  async fetch(): Promise<void> {
    const { turns, share, file, inflater, signal } = this.#source;
    await turns.give();
    const page = this.#coming;
    if (page === undefined) {
      if (this.#bytes(this.#wanted) === undefined) await this.#fetchBlock();
      return;
    }
    if (!this.#claimed) {
      await share.take(this.#fitting(this.#needOf(page)), signal);
      this.#hold(page);
    }
    if (isLarge(page)) {
      const input = await file.copy(this.#at, this.#at + page.stored);
      this.#opened = this.#done(page, await inflater.inflate(storedPage(page, input), signal));
    } else if (this.#bytes(page.stored) === undefined) {
      await this.#fetchBlock();
    }
  }

  /** Gives back the memory of all pages, to which nobody may refer any more. */
  close(): void {
    this.#giveBack(this.#held);
    this.#block = new Uint8Array(0);
  }

  async #fetchBlock(): Promise<void> {
    const { share, file, signal } = this.#source;
    const end = Math.min(this.#end, this.#at + Math.max(this.#wanted, blockBytes));
    this.#giveBack(this.#block.length);
    this.#block = new Uint8Array(0);
    await share.take(this.#fitting(end - this.#at), signal);
    this.#held += end - this.#at;
    this.#block = await file.copy(this.#at, end);
    this.#blockStart = this.#at;
  }

  /** Bytes of memory that have to be claimed for a page. */
  #needOf({ kept, passing, heap }: ComingPage): number {
    return kept + passing + Math.max(0, heap - this.#source.inflater.heapBytes);
  }

  #hold({ header, kept, passing, heap }: ComingPage): void {
    const { inflater } = this.#source;
    inflater.heapBytes = Math.max(heap, inflater.heapBytes);
    this.#held += kept + passing;
    if (header.type !== 'DICTIONARY_PAGE') this.#heldForPage = kept;
    this.#claimed = true;
  }

  #giveBack(bytes: number): void {
    this.#held -= bytes;
    this.#source.share.giveBack(bytes);
  }

  /** `bytes`, if the file can hold them at all besides what it holds. */
  #fitting(bytes: number): number {
    const { used, most } = this.#source.share;
    if (used + bytes <= most) return bytes;
    const size = this.#coming?.size ?? bytes;
    throw new BadInputError(
      'page-too-large',
      `a page of ${size} bytes in column ${printableName(this.#meta.path_in_schema.join('.'))} takes ${bytes} bytes of memory beside ` +
        `${used} that the open pages of the file take, more than the ${most} that a file may take (PAGE_MEMORY_MB); ` +
        'write the file again with smaller row groups or smaller pages',
    );
  }

  #done(page: ComingPage, bytes: Uint8Array): Page {
    this.#giveBack(page.passing);
    this.#at += page.stored;
    this.#wanted = usualHeaderBytes;
    this.#coming = undefined;
    this.#claimed = false;
    return { header: page.header, bytes, own: page.codec !== 'UNCOMPRESSED' };
  }

  /** @throws Error when the header contradicts itself or its column */
  #comingPage(header: PageHeader): ComingPage {
    const stored = countOf(header.compressed_page_size, 'the size of a page');
    const size = countOf(header.uncompressed_page_size, 'the size of a page');
    const left = this.#end - this.#at;
    if (stored > left) throw new Error(`a page of ${stored} bytes has only ${left} left in its column`);
    const v2 = header.data_page_header_v2;
    const codec = v2?.is_compressed === false ? 'UNCOMPRESSED' : this.#meta.codec;
    // Version 2 stores the levels uncompressed in front of the values.
    const levels =
      countOf(v2?.repetition_levels_byte_length ?? 0, 'the size of levels') +
      countOf(v2?.definition_levels_byte_length ?? 0, 'the size of levels');
    const packed = codec !== 'UNCOMPRESSED';
    const claimed = countOf(header.dictionary_page_header?.num_values ?? 0, 'the number of values of a dictionary');
    // More values than bytes are refused when the page is opened.
    const entries = Math.min(size, claimed);
    const isText = this.#meta.type === 'BYTE_ARRAY';
    // Texts, and the entries of dictionaries, may have to be encoded, which takes as much as they do. Entries have two
    // positions, before and after that, of two numbers, and values eight bytes at most more than stored.
    const encoded = isText || entries > 0 ? size + 32 * entries : 0;
    const encoding = header.data_page_header?.encoding ?? v2?.encoding;
    const transcoded = encoding === undefined ? 0 : transcodedBytes(encoding, size);
    // A page that is not copied lies in its block, which a dictionary keeps.
    const kept = encoded + transcoded + (packed || isText ? size : entries > 0 ? Math.max(size, blockBytes) : 0);
    // Bytes behind levels are decompressed first and copied to them.
    const passing = packed ? stored + (levels > 0 ? size : 0) : 0;
    const heap = codec === 'ZSTD' && Math.max(stored, size) > maxSyncBytes ? stored + size : 0;
    return { header, codec, stored, size, levels, kept, passing, heap };
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

  /** The next `count` bytes of the chunk, fewer at its end, if they are in memory; does not move on. */
  #bytes(count: number): Uint8Array | undefined {
    this.#wanted = count;
    const end = Math.min(this.#end, this.#at + count);
    if (this.#at >= this.#blockStart && end <= this.#blockStart + this.#block.length) {
      return this.#block.subarray(this.#at - this.#blockStart, end - this.#blockStart);
    }
    return this.#source.file.inMemory(this.#at, end);
  }
}

/** Whether a page is decompressed in a thread. */
function isLarge({ codec, size, stored }: ComingPage): boolean {
  return codec !== 'UNCOMPRESSED' && Math.max(size, stored) > maxSyncBytes;
}

function storedPage<T extends Uint8Array>(page: ComingPage, input: T): StoredPage & { readonly input: T } {
  const { header, codec, levels, size } = page;
  return { codec, input, levels: codec === 'UNCOMPRESSED' ? 0 : levels, size, crc: header.crc };
}
