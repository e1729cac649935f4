import { isLost } from '#contracts/lost-number.js';
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
    if (isLost(text)) return { text, value: Number(text), path: pointerTo(json, start) };
  }
  return undefined;
}

const [quote, minus, plus, point] = ['"', '-', '+', '.'].map((character) => character.charCodeAt(0));
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** Also what belongs to an exponent. */
const isOfNumber = (code: number): boolean =>
  isDigit(code) || code === minus || code === plus || code === point || code === 69 || code === 101;
