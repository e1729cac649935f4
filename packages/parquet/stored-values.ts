import { isAscii } from 'node:buffer';
import type { SchemaElement } from 'hyparquet';

/** A fixed width beyond this is damage; decimals and UUIDs take some dozen bytes. */
const maxFixedWidth = 1024;

/** Bytes of a value where all take the same, or `undefined` where each is preceded by its length. */
export function widthOf({ type, type_length: fixed = 0 }: SchemaElement): number | undefined {
  switch (type) {
    case 'BYTE_ARRAY':
      return undefined;
    case 'BOOLEAN':
      return 1;
    case 'INT32':
    case 'FLOAT':
      return 4;
    case 'INT64':
    case 'DOUBLE':
      return 8;
    case 'INT96':
      return 12;
    case 'FIXED_LEN_BYTE_ARRAY':
      if (fixed < 1 || fixed > maxFixedWidth) throw new Error(`its values claim a width of ${fixed} bytes`);
      return fixed;
    default:
      throw new Error('it has no type');
  }
}

/**
 * Finds stored values that follow one another: value `i` lies from `starts[i]` up to, not including, `ends[i]`.
 * Returns where the last one ends.
 *
 * @param width as `widthOf` says
 * @throws Error when they do not lie within `bytes`
 */
export function findValues(
  bytes: Uint8Array,
  from: number,
  count: number,
  width: number | undefined,
  starts: Uint32Array,
  ends: Uint32Array,
): number {
  let at = from;
  if (width !== undefined) {
    if (from + count * width > bytes.length) throw tooShort();
    for (let i = 0; i < count; i++) {
      starts[i] = at;
      at += width;
      ends[i] = at;
    }
    return at;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.length) throw tooShort();
    const start = at + 4;
    at = start + view.getUint32(at, true);
    if (at > bytes.length) throw tooShort();
    starts[i] = start;
    ends[i] = at;
  }
  return at;
}

/**
 * Makes stored texts COPY fields where they lie, which is possible because both forms put four bytes of length before
 * the text, in opposite byte orders. Only for ASCII without NUL, of which so much is known with two looks at all of the
 * bytes at once. Returns the bytes of the longest field, or 0 when there is any other text: the texts themselves are
 * then as they were, but no longer their lengths.
 *
 * @param starts of the texts as `findValues` found them; moved to their lengths when they are fields
 */
export function makeTextFields(
  bytes: Uint8Array,
  from: number,
  to: number,
  count: number,
  maxChars: number,
  starts: Uint32Array,
  ends: Uint32Array,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let longest = 0;
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    const length = (ends[i] ?? 0) - start;
    if (length > longest) longest = length;
    // Out of the way of the search for NUL.
    view.setInt32(start - 4, 0x01010101);
  }
  const texts = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
  if (longest > maxChars || !isAscii(texts) || texts.includes(0)) return 0;
  for (let i = 0; i < count; i++) {
    const start = starts[i] ?? 0;
    view.setInt32(start - 4, (ends[i] ?? 0) - start);
    starts[i] = start - 4;
  }
  return longest + 4;
}

function tooShort(): Error {
  return new Error('the values of a page end too early');
}
