import type { DataPageHeader, DictionaryPageHeader, PageHeader } from 'hyparquet';
import { readEncoding, readPageType } from './enums.js';
import { type FieldKind, IncompleteError, ThriftReader } from './thrift-reader.js';

type DataPageHeaderV2 = NonNullable<PageHeader['data_page_header_v2']>;

/**
 * Decodes the header of a page (parquet.thrift, PageHeader) at the start of `bytes`.
 *
 * @returns with the header's own length in bytes; `undefined` when the bytes end before it does
 * @throws Error when the bytes cannot be such a header, whatever follows; UnsupportedError for an encoding that is not
 *   known
 */
export function readPageHeader(bytes: Uint8Array): { header: PageHeader; length: number } | undefined {
  const thrift = new ThriftReader(bytes);
  try {
    const header = pageHeader(thrift);
    return { header, length: thrift.at };
  } catch (error) {
    if (error instanceof IncompleteError) return undefined;
    throw error;
  }
}

function pageHeader(thrift: ThriftReader): PageHeader {
  const header: Partial<PageHeader> = {};
  thrift.struct((id, kind) => {
    if (id === 1) header.type = readPageType(thrift, kind);
    else if (id === 2) header.uncompressed_page_size = thrift.int32(kind);
    else if (id === 3) header.compressed_page_size = thrift.int32(kind);
    else if (id === 4) header.crc = thrift.int32(kind);
    else if (id === 5) header.data_page_header = dataPage(thrift, kind);
    else if (id === 7) header.dictionary_page_header = dictionaryPage(thrift, kind);
    else if (id === 8) header.data_page_header_v2 = dataPageV2(thrift, kind);
    else thrift.skip(kind);
  });
  const type = needed(header.type, 'type');
  const data = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
  if (type !== 'INDEX_PAGE' && (data === undefined || data !== header[ownHeaders[type]])) {
    throw new Error(`a page of the type ${type} has the header of another`);
  }
  return {
    ...header,
    type,
    uncompressed_page_size: needed(header.uncompressed_page_size, 'size'),
    compressed_page_size: needed(header.compressed_page_size, 'size'),
  };
}

const ownHeaders = {
  DATA_PAGE: 'data_page_header',
  DATA_PAGE_V2: 'data_page_header_v2',
  DICTIONARY_PAGE: 'dictionary_page_header',
} as const;

function dataPage(thrift: ThriftReader, outer: FieldKind): DataPageHeader {
  const page: Partial<DataPageHeader> = {};
  thrift.struct((id, kind) => {
    if (id === 1) page.num_values = thrift.int32(kind);
    else if (id === 2) page.encoding = readEncoding(thrift, kind);
    else if (id === 3) page.definition_level_encoding = readEncoding(thrift, kind);
    else if (id === 4) page.repetition_level_encoding = readEncoding(thrift, kind);
    else thrift.skip(kind);
  }, outer);
  return {
    num_values: needed(page.num_values, 'number of values'),
    encoding: needed(page.encoding, 'encoding'),
    definition_level_encoding: needed(page.definition_level_encoding, 'encoding of definition levels'),
    repetition_level_encoding: needed(page.repetition_level_encoding, 'encoding of repetition levels'),
  };
}

function dictionaryPage(thrift: ThriftReader, outer: FieldKind): DictionaryPageHeader {
  const page: Partial<DictionaryPageHeader> = {};
  thrift.struct((id, kind) => {
    if (id === 1) page.num_values = thrift.int32(kind);
    else if (id === 2) page.encoding = readEncoding(thrift, kind);
    else thrift.skip(kind);
  }, outer);
  return { num_values: needed(page.num_values, 'number of values'), encoding: needed(page.encoding, 'encoding') };
}

function dataPageV2(thrift: ThriftReader, outer: FieldKind): DataPageHeaderV2 {
  const page: Partial<DataPageHeaderV2> = {};
  thrift.struct((id, kind) => {
    if (id === 1) page.num_values = thrift.int32(kind);
    else if (id === 2) page.num_nulls = thrift.int32(kind);
    else if (id === 3) page.num_rows = thrift.int32(kind);
    else if (id === 4) page.encoding = readEncoding(thrift, kind);
    else if (id === 5) page.definition_levels_byte_length = thrift.int32(kind);
    else if (id === 6) page.repetition_levels_byte_length = thrift.int32(kind);
    else if (id === 7) page.is_compressed = thrift.boolean(kind);
    else thrift.skip(kind);
  }, outer);
  return {
    num_values: needed(page.num_values, 'number of values'),
    num_nulls: needed(page.num_nulls, 'number of nulls'),
    num_rows: needed(page.num_rows, 'number of rows'),
    encoding: needed(page.encoding, 'encoding'),
    definition_levels_byte_length: needed(page.definition_levels_byte_length, 'size of definition levels'),
    repetition_levels_byte_length: needed(page.repetition_levels_byte_length, 'size of repetition levels'),
    is_compressed: page.is_compressed ?? true,
  };
}

function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`a page header lacks its ${what}`);
  return value;
}
