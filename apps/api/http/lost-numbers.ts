import { endOfText, pointerTo } from './json-text.js';

/** A number that is read as another one. */
export interface LostNumber {
  /** As it is written. */
  readonly text: string;
  /** What is read instead. */
  readonly value: number;
  /** JSON pointer. */
  readonly path: string;
}

/** Digits with which a number without an exponent is kept in any case: the first one that is not has 16. */
const safeDigits = 15;

/** The first number of a text, which is JSON, that `JSON.parse` reads as another one; undefined when all are kept. */
export function findLostNumber(json: string): LostNumber | undefined {
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === quote) at = endOfText(json, at);
    if (code !== minus && !isDigit(code)) continue;
    const start = at;
    while (isOfNumber(json.charCodeAt(at + 1))) at++;
    const text = json.slice(start, at + 1);
    if (text.length <= safeDigits && !/e/i.test(text)) continue;
    const value = Number(text);
    if (isLost(text, value)) return { text, value, path: pointerTo(json, start) };
  }
  return undefined;
}

const [quote, minus, plus, point] = ['"', '-', '+', '.'].map((character) => character.charCodeAt(0));
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Also what belongs to an exponent. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === minus || code === plus || code === point || code === 69 || code === 101;

/**
 * Whether a number is not kept as it is written: it is too large or too small for a double, or its whole part is beyond 2^53 and
 * written out, as ids are, with digits that a double does not have. Digits behind the point, and those of a number with an exponent, say
 * how exact a measure is; programs write more of them than a double keeps, without a loss. The console judges what is typed in the same
 * way (apps/console/form/lost-number.ts).
 */
export function isLost(text: string, value: number): boolean {
  const [mantissa = '', exponent] = text.split(/e/i);
  if (!Number.isFinite(value)) return true;
  if (value === 0) return /[1-9]/.test(mantissa);
  if (exponent !== undefined || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return false;
  return digitsOf(mantissa) !== digitsOf(String(value));
}

/** The digits of a number from the first to the last that is not 0. */
function digitsOf(number: string): string {
  const digits = number.replace(/e.*/i, '').replace(/\D/g, '');
  const start = digits.search(/[1-9]/);
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(start, end);
}
