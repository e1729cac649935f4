import type { ColumnType } from '#contracts/dataset.js';
import type { FoundColumn } from './columns.js';
import { numericEncoder } from './decimal-fields.js';
import { failValue } from './errors.js';
import type { FieldEncoder } from './field-buffer.js';
import { bigintEncoder, booleanEncoder, doubleEncoder, integerEncoder, uuidEncoder } from './number-fields.js';
import { textEncoder } from './text-fields.js';
import { dateEncoder, timeEncoder, timestampEncoder } from './time-fields.js';

/** How a column's stored values become the fields that its reader hands out. */
export interface FieldCodec {
  readonly encode: FieldEncoder;
  /** For texts: ASCII without NUL, of at most this number of characters, is taken as it is. */
  readonly plainChars?: number;
  /** Called for a row without value; throws when there must be one. */
  missing(row: number): void;
}

/**
 * How a column's values become fields of binary COPY: length (int32) and bytes.
 * Throws BadInputError `bad-value`, naming column and row (counted from 0).
 */
export function fieldCodec(column: FoundColumn): FieldCodec {
  const { declared, name, form } = column;
  const missing = (row: number): void => {
    if (declared.required === true) failValue(name, row, 'has no value; every row needs one');
  };
  if (form === 'NULL') {
    const encode = (_stored: Uint8Array, _start: number, _end: number, row: number): void =>
      failValue(name, row, 'has a value, although its column says that it has none');
    return { encode, missing };
  }
  if (declared.type === 'text') {
    const maxChars = declared.maxLength ?? Number.POSITIVE_INFINITY;
    return { encode: textEncoder(name, maxChars), plainChars: maxChars, missing };
  }
  return { encode: encoderOf(declared.type, column), missing };
}

function encoderOf(type: Exclude<ColumnType, 'text'>, column: FoundColumn): FieldEncoder {
  const { name, form } = column;
  switch (type) {
    case 'integer':
      return integerEncoder(name, form);
    case 'bigint':
      return bigintEncoder(name, form);
    case 'double precision':
      return doubleEncoder(form);
    case 'boolean':
      return booleanEncoder;
    case 'numeric':
      return numericEncoder(column);
    case 'uuid':
      return uuidEncoder;
    case 'date':
      return dateEncoder(name);
    case 'time':
      return timeEncoder(name, form);
    case 'timestamp':
    case 'timestamptz':
      return timestampEncoder(name, form);
  }
}
