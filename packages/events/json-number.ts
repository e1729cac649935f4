import { randomUUID } from 'node:crypto';

/**
 * A JSON number that a double cannot hold as it was written: an integer beyond ±(2^53 − 1), a fraction so small that
 * rounding would turn it into an integer, or a magnitude beyond a double's. Kept as text, so that no check downstream
 * takes the rounded value for the written one.
 */
export class InexactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
  toJSON(): string {
    return this.text;
  }
}

const shortInteger = /^-?\d{1,15}$/;

/**
 * The value of a valid JSON number's text: a number where integers stay exact integers and fractions stay fractions
 * (rounded to the nearest double, as everywhere), else an {@link InexactNumber}. `-0` becomes `0`.
 */
export function jsonNumber(text: string): number | InexactNumber {
  const value = Number(text);
  if (shortInteger.test(text)) return value === 0 ? 0 : value;
  if (!Number.isFinite(value)) return new InexactNumber(text);
  if (!Number.isInteger(value)) return value;
  if (!Number.isSafeInteger(value) || !isWrittenAsInteger(text)) return new InexactNumber(text);
  return value === 0 ? 0 : value;
}

/** Whether the decimal digits, shifted by the exponent, leave nothing behind the point. */
function isWrittenAsInteger(text: string): boolean {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = (whole + fraction).replace(/^-?0*/, '');
  if (digits === '') return true;
  const trailingZeros = digits.length - digits.replace(/0+$/, '').length;
  return Number(exponent) - fraction.length + trailingZeros >= 0;
}

const stringOrNumber = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/** The same as `JSON.parse`, but with {@link jsonNumber} for every number; several times slower. */
export function parseExactly(text: string): unknown {
  JSON.parse(text);
  // Nobody can have written it into the text before.
  const mark = randomUUID();
  const marked = text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"')) return token;
    const value = jsonNumber(token);
    return value instanceof InexactNumber ? `"${mark}${token}"` : String(value);
  });
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? new InexactNumber(value.slice(mark.length)) : value,
  );
}
