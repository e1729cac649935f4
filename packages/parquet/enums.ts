import {
  CompressionCodecs,
  ConvertedTypes,
  Encodings,
  FieldRepetitionTypes,
  PageTypes,
  ParquetTypes,
} from 'hyparquet/src/constants.js';
import { UnsupportedError } from './errors.js';
import type { FieldKind, ThriftReader } from './thrift-reader.js';

/**
 * Parquet's enums (parquet.thrift), read so that an unknown value never passes for an absent one: a column whose
 * repetition is not known would be read with its levels taken for values.
 *
 * @throws Error for a value that stands for damage, as the enum has been closed for years; UnsupportedError where the
 *   format may have grown
 */
export const readType = closedEnum('physical type', ParquetTypes);
export const readRepetition = closedEnum('repetition type', FieldRepetitionTypes);
export const readConvertedType = closedEnum('converted type', ConvertedTypes);
export const readPageType = closedEnum('page type', PageTypes);
export const readEncoding = openEnum('encoding', Encodings);
export const readCodec = openEnum('compression', CompressionCodecs);

function closedEnum<T extends string>(what: string, values: readonly T[]) {
  return (thrift: ThriftReader, kind: FieldKind): T => {
    const number = thrift.int32(kind);
    const value = values[number];
    if (value === undefined) throw new Error(`the ${what} ${number} is unknown`);
    return value;
  };
}

function openEnum<T extends string>(what: string, values: readonly T[]) {
  return (thrift: ThriftReader, kind: FieldKind): T => {
    const number = thrift.int32(kind);
    const value = values[number];
    if (value === undefined) {
      throw new UnsupportedError(`the ${what} ${number} is unknown; it is newer than this reader, or damage`);
    }
    return value;
  };
}
