import { keyText } from './event-shape.js';
import { maxDepth } from './json-errors.js';
import { jsonNumber } from './json-number.js';

/** Why {@link ValueScanner.scan} did not come to the end of a value; all below zero, where no position is. */
export const notEnded = {
  /** The bytes ended first. */
  more: -1,
  /** A line ended inside the value, which was not allowed. */
  lineBreak: -2,
  /** The value is an object with a wrapping key; `wrapperColon` says where. */
  wrapper: -3,
  /** The value is nested deeper than `maxDepth`. */
  tooDeep: -4,
} as const;

const [other, quote, open, close, colon, digit, lineFeed] = [0, 1, 2, 3, 4, 5, 6];
const kinds = new Uint8Array(256);
for (const [kind, chars] of [
  [quote, '"'],
  [open, '{['],
  [close, '}]'],
  [colon, ':'],
  [digit, '-0123456789'],
  [lineFeed, '\n'],
] as const) {
  for (const byte of Buffer.from(chars)) kinds[byte] = kind;
}

/** What ends the quick way through a string: its quote, an escape, a control character. */
const stringStops = new Uint8Array(256).fill(1, 0, 0x20);
stringStops[0x22] = 1;
stringStops[0x5c] = 1;

const endsScalar = new Uint8Array(256);
for (const byte of Buffer.from(' \t\r\n,:[]{}"')) endsScalar[byte] = 1;

/** How many digits (and a point and a sign) a double keeps at least. */
const safeNumberChars = 16;

/**
 * Finds where JSON values end, by brackets and strings alone: several times faster than parsing them. Whether what lies
 * between is JSON is for `JSON.parse` to say, which sees the same strings and brackets.
 */
export class ValueScanner {
  readonly #wrapperKeys: readonly string[];
  readonly #shortestKey: number;
  readonly #sections: boolean;
  /** Whether the value scanned last holds a number that a double would alter. */
  inexact = false;
  /** Position of the colon after the wrapping key. */
  wrapperColon = -1;
  /** The wrapping key. */
  wrapperKey = '';

  /** @param sections the wrapping keys count only where a list or an object stands under them */
  constructor(wrapperKeys: readonly string[], sections = false) {
    this.#wrapperKeys = wrapperKeys;
    this.#sections = sections;
    this.#shortestKey = Math.min(...wrapperKeys.map((key) => Buffer.byteLength(key)));
  }

  /**
   * The position after the object or array that begins at `start`, or one of {@link notEnded}.
   * @param top the value is one of the file itself, so a wrapping key in it counts
   * @param lineBreaks whether the value may go on in another line
   */
  scan(bytes: Buffer, start: number, end: number, top: boolean, lineBreaks: boolean): number {
    let depth = 0;
    let key = 0;
    let keyEnd = 0;
    this.inexact = false;
    for (let at = start; at < end; at++) {
      switch (kinds[bytes[at] ?? 0]) {
        case other:
          break;
        case quote: {
          key = at + 1;
          at = endOfString(bytes, at + 1, end);
          if (at < 0) return at;
          keyEnd = at;
          break;
        }
        case open:
          depth += 1;
          if (depth > maxDepth) return notEnded.tooDeep;
          break;
        case close:
          depth -= 1;
          if (depth === 0) return at + 1;
          break;
        case colon:
          if (top && depth === 1 && this.#isWrapperKey(bytes, key, keyEnd)) {
            const begins = this.#sections ? beginsSection(bytes, at + 1, end) : true;
            if (begins === undefined) return notEnded.more;
            this.wrapperColon = at;
            if (begins) return notEnded.wrapper;
          }
          break;
        case digit:
          at = this.#endOfNumber(bytes, at, end) - 1;
          break;
        default:
          if (!lineBreaks) return notEnded.lineBreak;
      }
    }
    return notEnded.more;
  }

  /**
   * The position after the string, number or word that begins at `start` (`start` itself when none begins there), or
   * one of {@link notEnded}.
   * @param isLast nothing follows `end`
   */
  scanScalar(bytes: Buffer, start: number, end: number, isLast: boolean): number {
    this.inexact = false;
    if (bytes[start] === 0x22) {
      const last = endOfString(bytes, start + 1, end);
      return last < 0 ? last : last + 1;
    }
    let at = start;
    while (at < end && endsScalar[bytes[at] ?? 0] === 0) at += 1;
    if (at === end && !isLast) return notEnded.more;
    if (kinds[bytes[start] ?? 0] === digit) this.#endOfNumber(bytes, start, at);
    return at;
  }

  #endOfNumber(bytes: Buffer, start: number, end: number): number {
    let at = start;
    let exponent = false;
    for (; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x30 && byte <= 0x39) continue;
      if (byte === 0x65 || byte === 0x45) exponent = true;
      else if (byte !== 0x2e && byte !== 0x2d && byte !== 0x2b) break;
    }
    const isMinusZero = bytes[start] === 0x2d && bytes[start + 1] === 0x30;
    if (exponent || isMinusZero || at - start > safeNumberChars) {
      const text = bytes.toString('latin1', start, at);
      if (!Object.is(jsonNumber(text), Number(text))) this.inexact = true;
    }
    return at;
  }

  #isWrapperKey(bytes: Buffer, start: number, end: number): boolean {
    if (end - start < this.#shortestKey) return false;
    const text = keyText(bytes.toString('utf8', start, end));
    if (!this.#wrapperKeys.includes(text)) return false;
    this.wrapperKey = text;
    return true;
  }
}

/** Whether the next value is a list or an object; undefined when nothing but blanks comes before the end. */
function beginsSection(bytes: Buffer, start: number, end: number): boolean | undefined {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    return byte === 0x5b || byte === 0x7b;
  }
  return undefined;
}

/** The position of a string's closing quote, or one of {@link notEnded}. */
function endOfString(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    if (stringStops[bytes[at] ?? 0] === 0) continue;
    if (bytes[at] === 0x22) return at;
    if (bytes[at] === 0x5c) at += 1;
    // No string goes on in the next line; other control characters are left to JSON.parse.
    else if (bytes[at] === 0x0a) return notEnded.lineBreak;
  }
  return notEnded.more;
}
