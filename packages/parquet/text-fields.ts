import { isUtf8 } from 'node:buffer';
import { failValue } from './errors.js';
import type { FieldEncoder } from './field-buffer.js';

/** Fields of texts, checked to be valid UTF-8 without NUL of at most `maxChars` characters. */
export function textEncoder(column: string, maxChars: number): FieldEncoder {
  return (stored, start, end, row, into) => {
    const length = end - start;
    // Valid text of maxChars takes four bytes per character at most; more need not be looked at.
    if (length > maxChars * 4) {
      failValue(column, row, `has ${length} bytes, more than ${maxChars} characters can take`);
    }
    const field = into.reserve(4 + length);
    const at = into.used;
    field[at] = length >>> 24;
    field[at + 1] = (length >>> 16) & 0xff;
    field[at + 2] = (length >>> 8) & 0xff;
    field[at + 3] = length & 0xff;
    let plain = length <= maxChars;
    for (let i = 0; i < length; i++) {
      const byte = stored[start + i] ?? 0;
      field[at + 4 + i] = byte;
      if (byte === 0 || byte > 127) plain = false;
    }
    if (!plain) checkText(stored.subarray(start, end), column, maxChars, row);
    into.advance(4 + length);
  };
}

function checkText(utf8: Uint8Array, column: string, maxChars: number, row: number): void {
  if (!isUtf8(utf8)) failValue(column, row, 'is no valid UTF-8 text');
  if (utf8.includes(0)) failValue(column, row, 'contains the character U+0000, which PostgreSQL text cannot hold');
  if (utf8.length <= maxChars) return;
  // Code points, as varchar(n) counts: every byte that does not continue a character starts one.
  let chars = 0;
  for (const byte of utf8) if ((byte & 0xc0) !== 0x80) chars++;
  if (chars > maxChars) failValue(column, row, `has ${chars} characters, expected at most ${maxChars}`);
}
