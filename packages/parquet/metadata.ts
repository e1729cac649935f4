import type { ColumnChunk, ColumnMetaData, LogicalType, SchemaElement } from 'hyparquet';
import { readCodec, readConvertedType, readEncoding, readRepetition, readType } from './enums.js';
import { type FieldKind, ThriftReader } from './thrift-reader.js';

/** What of a column chunk is read. */
export type Chunk = Pick<ColumnChunk, 'file_path'> & {
  /** Absent where it is encrypted. */
  readonly meta_data?: ColumnMetaData;
  /** Whether the column is encrypted with a key of its own, or with the footer's. */
  readonly encrypted: boolean;
};

/** One row group: its rows, and a chunk of each leaf of the schema in the schema's order. */
export interface Group {
  readonly num_rows: bigint;
  readonly columns: readonly Chunk[];
}

/** What a footer says (parquet.thrift, FileMetaData), as far as it is read. */
export interface Metadata {
  /** The tree of columns in depth-first order, the root first. */
  readonly schema: readonly SchemaElement[];
  readonly num_rows: bigint;
  readonly row_groups: readonly Group[];
}

/**
 * Decodes a footer.
 *
 * @throws Error when the bytes are none, or hold a value that parquet does not know; UnsupportedError where parquet may
 *   have grown since
 */
export function readMetadata(bytes: Uint8Array): Metadata {
  const thrift = new ThriftReader(bytes);
  let schema: SchemaElement[] | undefined;
  let rows: bigint | undefined;
  let groups: Group[] | undefined;
  thrift.struct((id, kind) => {
    if (id === 2) schema = listOf(thrift, kind, (element) => schemaElement(thrift, element));
    else if (id === 3) rows = thrift.int64(kind);
    else if (id === 4) groups = listOf(thrift, kind, (element) => rowGroup(thrift, element));
    else thrift.skip(kind);
  });
  // Writers put nothing behind the footer's structure but a signature, which files with encrypted columns have.
  return {
    schema: needed(schema, 'the schema'),
    num_rows: needed(rows, 'the number of rows'),
    row_groups: needed(groups, 'the row groups'),
  };
}

function schemaElement(thrift: ThriftReader, outer: FieldKind): SchemaElement {
  const element: Partial<SchemaElement> = {};
  thrift.struct((id, kind) => {
    if (id === 1) element.type = readType(thrift, kind);
    else if (id === 2) element.type_length = thrift.int32(kind);
    else if (id === 3) element.repetition_type = readRepetition(thrift, kind);
    else if (id === 4) element.name = thrift.text(kind);
    else if (id === 5) element.num_children = thrift.int32(kind);
    else if (id === 6) element.converted_type = readConvertedType(thrift, kind);
    else if (id === 7) element.scale = thrift.int32(kind);
    else if (id === 8) element.precision = thrift.int32(kind);
    else if (id === 10) {
      const logical = logicalType(thrift, kind);
      if (logical !== undefined) element.logical_type = logical;
    } else thrift.skip(kind);
  }, outer);
  return { ...element, name: needed(element.name, 'the name of a column') };
}

/** Logical types without a parameter that matters here, by their number in the union. */
const plainTypes = {
  1: 'STRING',
  2: 'MAP',
  3: 'LIST',
  4: 'ENUM',
  6: 'DATE',
  11: 'NULL',
  12: 'JSON',
  13: 'BSON',
  14: 'UUID',
  15: 'FLOAT16',
  16: 'VARIANT',
  17: 'GEOMETRY',
  18: 'GEOGRAPHY',
} as const;

/** A union: one field. Logical types that are not known are none, as the format asks of readers (LogicalTypes.md). */
function logicalType(thrift: ThriftReader, outer: FieldKind): LogicalType | undefined {
  const types: (LogicalType | undefined)[] = [];
  thrift.struct((id, kind) => {
    if (id === 5) types.push(decimalType(thrift, kind));
    else if (id === 7) types.push({ type: 'TIME', ...timeType(thrift, kind) });
    else if (id === 8) types.push({ type: 'TIMESTAMP', ...timeType(thrift, kind) });
    else if (id === 10) types.push(integerType(thrift, kind));
    else {
      thrift.struct((_id, inner) => thrift.skip(inner), kind);
      const name = id in plainTypes ? plainTypes[id as keyof typeof plainTypes] : undefined;
      types.push(name && { type: name });
    }
  }, outer);
  if (types.length !== 1) throw new Error(`a column has ${types.length} logical types at once`);
  return types[0];
}

function decimalType(thrift: ThriftReader, outer: FieldKind): LogicalType {
  let scale: number | undefined;
  let precision: number | undefined;
  thrift.struct((id, kind) => {
    if (id === 1) scale = thrift.int32(kind);
    else if (id === 2) precision = thrift.int32(kind);
    else thrift.skip(kind);
  }, outer);
  return {
    type: 'DECIMAL',
    scale: needed(scale, 'the scale of a decimal'),
    precision: needed(precision, 'the precision of a decimal'),
  };
}

/** The width is not read: the physical type and the sign decide, and some writers store it as an integer of 32 bits. */
function integerType(thrift: ThriftReader, outer: FieldKind): LogicalType {
  let isSigned: boolean | undefined;
  thrift.struct((id, kind) => {
    if (id === 2) isSigned = thrift.boolean(kind);
    else thrift.skip(kind);
  }, outer);
  return { type: 'INTEGER', bitWidth: 0, isSigned: needed(isSigned, 'the sign of an integer') };
}

const timeUnits = { 1: 'MILLIS', 2: 'MICROS', 3: 'NANOS' } as const;
type TimeUnit = (typeof timeUnits)[keyof typeof timeUnits];

function timeType(thrift: ThriftReader, outer: FieldKind): { isAdjustedToUTC: boolean; unit: TimeUnit } {
  let isAdjustedToUTC: boolean | undefined;
  let unit: TimeUnit | undefined;
  thrift.struct((id, kind) => {
    if (id === 1) isAdjustedToUTC = thrift.boolean(kind);
    else if (id === 2) {
      thrift.struct((number, inner) => {
        thrift.struct((_id, nothing) => thrift.skip(nothing), inner);
        if (unit !== undefined) throw new Error('a time has two units');
        unit = number in timeUnits ? timeUnits[number as keyof typeof timeUnits] : undefined;
        if (unit === undefined) throw new Error(`the unit of time ${number} is unknown`);
      }, kind);
    } else thrift.skip(kind);
  }, outer);
  return {
    isAdjustedToUTC: needed(isAdjustedToUTC, 'whether a time is UTC'),
    unit: needed(unit, 'the unit of a time'),
  };
}

function rowGroup(thrift: ThriftReader, outer: FieldKind): Group {
  let columns: Chunk[] | undefined;
  let rows: bigint | undefined;
  thrift.struct((id, kind) => {
    if (id === 1) columns = listOf(thrift, kind, (element) => columnChunk(thrift, element));
    else if (id === 3) rows = thrift.int64(kind);
    else thrift.skip(kind);
  }, outer);
  return { columns: needed(columns, 'the columns of a row group'), num_rows: needed(rows, 'the rows of a row group') };
}

function columnChunk(thrift: ThriftReader, outer: FieldKind): Chunk {
  let path: string | undefined;
  let data: ColumnMetaData | undefined;
  let encrypted = false;
  thrift.struct((id, kind) => {
    if (id === 1) path = thrift.text(kind);
    else if (id === 3) data = columnMetadata(thrift, kind);
    else {
      // ColumnCryptoMetaData, and the metadata as ciphertext.
      if (id === 8 || id === 9) encrypted = true;
      thrift.skip(kind);
    }
  }, outer);
  return { encrypted, ...(path !== undefined && { file_path: path }), ...(data && { meta_data: data }) };
}

function columnMetadata(thrift: ThriftReader, outer: FieldKind): ColumnMetaData {
  const data: Partial<ColumnMetaData> = {};
  thrift.struct((id, kind) => {
    if (id === 1) data.type = readType(thrift, kind);
    else if (id === 2) data.encodings = listOf(thrift, kind, (element) => readEncoding(thrift, element));
    else if (id === 3) data.path_in_schema = listOf(thrift, kind, (element) => thrift.text(element));
    else if (id === 4) data.codec = readCodec(thrift, kind);
    else if (id === 5) data.num_values = thrift.int64(kind);
    else if (id === 6) data.total_uncompressed_size = thrift.int64(kind);
    else if (id === 7) data.total_compressed_size = thrift.int64(kind);
    else if (id === 9) data.data_page_offset = thrift.int64(kind);
    else if (id === 11) data.dictionary_page_offset = thrift.int64(kind);
    else if (id === 12) data.statistics = statistics(thrift, kind);
    else thrift.skip(kind);
  }, outer);
  return {
    ...data,
    type: needed(data.type, 'the type of a column'),
    encodings: needed(data.encodings, 'the encodings of a column'),
    path_in_schema: needed(data.path_in_schema, 'the path of a column'),
    codec: needed(data.codec, 'the compression of a column'),
    num_values: needed(data.num_values, 'the number of values of a column'),
    total_uncompressed_size: needed(data.total_uncompressed_size, 'the size of a column'),
    total_compressed_size: needed(data.total_compressed_size, 'the size of a column'),
    data_page_offset: needed(data.data_page_offset, 'the offset of a column'),
  };
}

function statistics(thrift: ThriftReader, outer: FieldKind): { null_count?: bigint } {
  let nulls: bigint | undefined;
  thrift.struct((id, kind) => {
    if (id === 3) nulls = thrift.int64(kind);
    else thrift.skip(kind);
  }, outer);
  return nulls === undefined ? {} : { null_count: nulls };
}

function listOf<T>(thrift: ThriftReader, kind: FieldKind, element: (kind: FieldKind) => T): T[] {
  const list: T[] = [];
  thrift.list(kind, (elementKind) => list.push(element(elementKind)));
  return list;
}

function needed<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is missing`);
  return value;
}
