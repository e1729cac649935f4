import { type Decimal, fitDecimal, maxDecimalDigits } from '#contracts/decimal.js';
import { numericField } from '#database/copy/numeric.js';
import type { FoundColumn } from './columns.js';
import { failValue } from './errors.js';
import type { FieldEncoder } from './field-buffer.js';
import { int32At, wideAt } from './number-fields.js';

/** Bytes that 1000 digits take: numbers beyond would cost time that grows with the square of their length. */
const maxBytes = 416;

/**
 * Fields of `numeric`: integers, and decimals as integers of 32 or 64 bits or as big-endian bytes (LogicalTypes.md,
 * "DECIMAL").
 *
 * @throws Error when the file claims a scale that no decimal has
 */
export function numericEncoder({ declared, name, element, form }: FoundColumn): FieldEncoder {
  const { logical_type: logical } = element;
  const said = logical?.type === 'DECIMAL' ? logical.scale : (element.scale ?? 0);
  const scale = form === 'DECIMAL' ? said : 0;
  if (scale < 0 || scale > maxDecimalDigits) throw new Error(`its decimals claim ${scale} digits behind the point`);
  return (stored, start, end, row, into) => {
    const length = end - start;
    if (length < 1 || length > maxBytes) {
      failValue(name, row, `is a decimal of ${length} bytes, expected 1 to ${maxBytes}`);
    }
    const value: Decimal = { unscaled: unscaledAt(stored, start, end), scale };
    const fitted = fitDecimal(value, declared.precision, declared.scale);
    if (typeof fitted === 'string') return failValue(name, row, fitted);
    const field = numericField(fitted);
    into.reserve(field.length).set(field, into.used);
    into.advance(field.length);
  };

  function unscaledAt(stored: Uint8Array, start: number, end: number): bigint {
    if (form !== 'DECIMAL') return form === 'INT32' ? BigInt(int32At(stored, start)) : wideAt(stored, start, form);
    if (element.type === 'INT32') return BigInt(int32At(stored, start));
    if (element.type === 'INT64') return wideAt(stored, start, 'INT64');
    const bytes = Buffer.from(stored.buffer, stored.byteOffset + start, end - start);
    return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
  }
}
