import type { StoredForm } from './columns.js';
import { failValue } from './errors.js';
import type { FieldBuffer, FieldEncoder } from './field-buffer.js';

const minInt32 = -(2n ** 31n);
const maxInt32 = 2n ** 31n - 1n;
const maxInt64 = 2n ** 63n - 1n;

/** Fields of `integer`. */
export function integerEncoder(column: string, form: StoredForm): FieldEncoder {
  if (form === 'INT32') return (stored, start, _end, _row, into) => appendInt32(into, int32At(stored, start));
  return (stored, start, _end, row, into) => {
    const value = wideAt(stored, start, form);
    if (value < minInt32 || value > maxInt32) {
      failValue(column, row, `is ${value}, expected an integer from ${minInt32} to ${maxInt32}`);
    }
    appendInt32(into, Number(value));
  };
}

/** Fields of `bigint`. */
export function bigintEncoder(column: string, form: StoredForm): FieldEncoder {
  return (stored, start, _end, row, into) => {
    const value = form === 'INT32' ? BigInt(int32At(stored, start)) : wideAt(stored, start, form);
    if (value > maxInt64) failValue(column, row, `is ${value}, expected an integer of at most ${maxInt64}`);
    into.reserve(12);
    into.view.setInt32(into.used, 8);
    into.view.setBigInt64(into.used + 4, value);
    into.advance(12);
  };
}

/** Fields of `double precision`; a FLOAT and a FLOAT16 keep their exact value. */
export function doubleEncoder(form: StoredForm): FieldEncoder {
  return (stored, start, _end, _row, into) => {
    into.reserve(12);
    into.view.setInt32(into.used, 8);
    into.view.setFloat64(into.used + 4, doubleAt(viewOf(stored), start, form));
    into.advance(12);
  };
}

function doubleAt(view: DataView, start: number, form: StoredForm): number {
  if (form === 'FLOAT16') return halfOf(view.getUint16(start, true));
  return form === 'FLOAT' ? view.getFloat32(start, true) : view.getFloat64(start, true);
}

/** The number of a half (IEEE 754 binary16): a sign, 5 bits of exponent, 10 bits of fraction. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** Fields of `uuid`, which PostgreSQL and parquet store alike. */
export const uuidEncoder: FieldEncoder = (stored, start, end, _row, into) => {
  into.reserve(20).set(stored.subarray(start, end), into.used + 4);
  into.view.setInt32(into.used, 16);
  into.advance(20);
};

/** Fields of `boolean`, stored as a byte of 0 or 1. */
export const booleanEncoder: FieldEncoder = (stored, start, _end, _row, into) => {
  into.reserve(5);
  into.view.setInt32(into.used, 1);
  into.view.setUint8(into.used + 4, stored[start] === 1 ? 1 : 0);
  into.advance(5);
};

/** Appends the field of an int32. */
export function appendInt32(into: FieldBuffer, value: number): void {
  into.reserve(8);
  into.view.setInt32(into.used, 4);
  into.view.setInt32(into.used + 4, value);
  into.advance(8);
}

/** The little-endian int32 at a position. */
export function int32At(stored: Uint8Array, at: number): number {
  const high = ((stored[at + 2] ?? 0) << 16) | ((stored[at + 3] ?? 0) << 24);
  return (stored[at] ?? 0) | ((stored[at + 1] ?? 0) << 8) | high;
}

/** An integer of any form but INT32. */
export function wideAt(stored: Uint8Array, start: number, form: StoredForm): bigint {
  if (form === 'UINT32') return BigInt(int32At(stored, start) >>> 0);
  const view = viewOf(stored);
  return form === 'UINT64' ? view.getBigUint64(start, true) : view.getBigInt64(start, true);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
