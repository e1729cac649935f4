import type { CompressionCodec, Encoding, PageHeader, RowGroup, SchemaElement } from 'hyparquet';
import { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { writeMetadata } from 'hyparquet-writer/src/metadata.js';

/** A page as it is to stand in a file, for mixtures that no writer at hand makes. */
export interface RawPage {
  readonly kind: 'dictionary' | 'v1' | 'v2';
  /** Values; in data pages, rows. */
  readonly count: number;
  readonly encoding: Encoding;
  /** Rows without a value, which version 2 counts; none if not given. */
  readonly nulls?: number;
  /** Definition levels as runs; left out where the column is required. */
  readonly levels?: readonly number[];
  readonly values: Uint8Array;
  /** What its header claims instead of the bytes that it has uncompressed. */
  readonly claimed?: number;
}

type FlatElement = SchemaElement & { readonly type: NonNullable<SchemaElement['type']> };

/** A column whose pages are these, in each row group. */
export interface RawColumn {
  readonly element: FlatElement;
  readonly pages: readonly RawPage[];
}

/** A file of one column, uncompressed unless a codec is given, whose pages are these. */
export function pageFile(
  element: FlatElement,
  rows: number,
  pages: readonly RawPage[],
  codec: CompressionCodec = 'UNCOMPRESSED',
  compress = (bytes: Uint8Array): Uint8Array => bytes,
): Uint8Array {
  return columnsFile([{ element, pages }], rows, codec, compress);
}

/** A file of several columns, with as many row groups as wanted, all of which have the same rows. */
export function columnsFile(
  columns: readonly RawColumn[],
  rows: number,
  codec: CompressionCodec,
  compress: (bytes: Uint8Array) => Uint8Array,
  groups = 1,
): Uint8Array {
  const writer = new ByteWriter();
  const magic = Buffer.from('PAR1');
  writer.appendBytes(magic);
  const rowGroups = Array.from({ length: groups }, () => appendGroup(writer, columns, rows, codec, compress));
  writeMetadata(writer, {
    version: 2,
    schema: [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)],
    num_rows: BigInt(rows * groups),
    row_groups: rowGroups,
    metadata_length: 0,
  });
  writer.appendBytes(magic);
  return writer.getBytes().slice();
}

function appendGroup(
  writer: ByteWriter,
  columns: readonly RawColumn[],
  rows: number,
  codec: CompressionCodec,
  compress: (bytes: Uint8Array) => Uint8Array,
): RowGroup {
  const groupStart = writer.offset;
  const chunks = columns.map(({ element, pages }) => {
    let dictionary: number | undefined;
    let data = 0;
    const first = writer.offset;
    for (const page of pages) {
      if (page.kind === 'dictionary') dictionary = writer.offset;
      else data ||= writer.offset;
      appendPage(writer, page, compress);
    }
    const start = BigInt(dictionary ?? data);
    return {
      file_offset: start,
      meta_data: {
        type: element.type,
        encodings: [...new Set(pages.map(({ encoding }) => encoding))],
        path_in_schema: [element.name],
        codec,
        num_values: BigInt(rows),
        total_uncompressed_size: BigInt(writer.offset - first),
        total_compressed_size: BigInt(writer.offset - first),
        data_page_offset: BigInt(data),
        ...(dictionary === undefined ? {} : { dictionary_page_offset: start }),
      },
    };
  });
  return { columns: chunks, total_byte_size: BigInt(writer.offset - groupStart), num_rows: BigInt(rows) };
}

function appendPage(writer: ByteWriter, page: RawPage, compress: (bytes: Uint8Array) => Uint8Array): void {
  const { kind, count, encoding, nulls = 0, values } = page;
  const levels = Uint8Array.from(page.levels ?? []);
  const length = new Uint8Array(Uint32Array.of(levels.length).buffer);
  // Version 1 compresses the levels with the values and puts their length before them.
  const before = kind === 'v1' && page.levels ? [length, levels] : [];
  const whole = kind === 'v2' ? values : Buffer.concat([...before, values]);
  const stored = compress(whole);
  const apart = kind === 'v2' ? levels : new Uint8Array(0);
  const header: PageHeader = {
    type: kind === 'dictionary' ? 'DICTIONARY_PAGE' : kind === 'v1' ? 'DATA_PAGE' : 'DATA_PAGE_V2',
    uncompressed_page_size: page.claimed ?? apart.length + whole.length,
    compressed_page_size: apart.length + stored.length,
    ...(kind === 'dictionary' && { dictionary_page_header: { num_values: count, encoding } }),
    ...(kind === 'v1' && {
      data_page_header: {
        num_values: count,
        encoding,
        definition_level_encoding: 'RLE',
        repetition_level_encoding: 'RLE',
      },
    }),
    ...(kind === 'v2' && {
      data_page_header_v2: {
        num_values: count,
        num_nulls: nulls,
        num_rows: count,
        encoding,
        definition_levels_byte_length: levels.length,
        repetition_levels_byte_length: 0,
        is_compressed: true,
      },
    }),
  };
  writePageHeader(writer, header);
  writer.appendBytes(apart);
  writer.appendBytes(stored);
}

/** Texts in plain encoding. */
export function plainTexts(...texts: readonly string[]): Uint8Array {
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes];
    }),
  );
}
