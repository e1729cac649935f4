import type { BadInputError } from '#contracts/errors.js';
import { keyText } from './event-shape.js';
import { badJson, maxDepth, tooDeep } from './json-errors.js';

/** What the checker has come to: the value goes on; has ended; is no JSON; or, if asked for, a key. */
export type CheckerState = 'open' | 'ended' | 'faulty' | 'key';

/** What may come next. */
const [value, valueOrEnd, key, keyOrEnd, colon, separator, string, escaped, number, word] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];

const badString = 'a string with a line break, a control character or a wrong escape in it';
const wholeNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const numberSoFar = /^-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|(?:0|[1-9]\d*)(?:\.\d+)?[eE][+-]?\d*)?$/;
const words = ['true', 'false', 'null'];
/**
 * Longer keys are no wrapping keys, even if each character is escaped; longer numbers are not looked at to their end.
 */
const maxKept = 1_000;

/**
 * Reads JSON (RFC 8259) byte by byte and says where it is none, without keeping anything of it but the open brackets.
 * It is much slower than `JSON.parse`: for values that were refused, to say where and whether they were only cut off,
 * and for values of any size that nobody needs. It does not look at the encoding.
 */
export class JsonChecker {
  state: CheckerState = 'open';
  /** What is wrong, once `state` is `faulty`. */
  reason = '';
  /** It is faulty for being nested too deep; it may be JSON. */
  isTooDeep = false;
  readonly #tellKeys: boolean;
  /** Whether each open bracket is an object's. */
  readonly #open: boolean[] = [];
  #next = value;
  #isKey = false;
  /** The bytes of the key, number or word that is being read. */
  #kept = '';
  /** Digits that an escape still needs. */
  #hexDigits = 0;

  /** @param restOfObject begin after a value in an object, and stop after each of its keys with the state `key` */
  constructor(options: { restOfObject?: boolean } = {}) {
    this.#tellKeys = options.restOfObject === true;
    if (!this.#tellKeys) return;
    this.#open.push(true);
    this.#next = separator;
  }

  /** The key that `state` is about. */
  get key(): string {
    return keyText(Buffer.from(this.#kept, 'latin1').toString());
  }

  /** Whether the value is whole if nothing follows: a number says so nowhere else. */
  get mayEnd(): boolean {
    return this.state === 'ended' || (this.#open.length === 0 && this.#next === number && wholeNumber.test(this.#kept));
  }

  /** The refusal of what is `faulty`. @param position of the faulty byte, as `byte 12, line 3` */
  refusal(position: string): BadInputError {
    return this.isTooDeep ? tooDeep(position) : badJson(position, this.reason);
  }

  /** Reads on. Returns the position of the faulty byte, or that after the last byte of the value or key, or `end`. */
  check(bytes: Uint8Array, start: number, end: number): number {
    this.state = 'open';
    for (let at = start; at < end; at++) {
      const used = this.#take(bytes[at] ?? 0);
      if (this.state !== 'open') return used ? at + 1 : at;
      if (!used) at -= 1;
    }
    return end;
  }

  /** Takes a byte; returns false when it belongs to what comes next. */
  #take(byte: number): boolean {
    switch (this.#next) {
      case string:
        return this.#inString(byte);
      case escaped:
        return this.#inEscape(byte);
      case number:
      case word:
        return this.#inScalar(byte);
    }
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return true;
    const char = String.fromCharCode(byte);
    switch (this.#next) {
      case colon:
        if (char !== ':') return this.#fault('expected ":"');
        this.#next = value;
        if (this.#tellKeys && this.#open.length === 1) this.state = 'key';
        return true;
      case separator:
        return this.#separate(char);
      case keyOrEnd:
        if (char === '}') return this.#close();
        break;
      case valueOrEnd:
        if (char === ']') return this.#close();
        break;
    }
    if (this.#next === key || this.#next === keyOrEnd) {
      if (char !== '"') return this.#fault('expected a key in double quotes');
      this.#begin(string, true);
      return true;
    }
    return this.#beginValue(char);
  }

  #beginValue(char: string): boolean {
    if (char === '{' || char === '[') {
      if (this.#open.length === maxDepth) {
        this.isTooDeep = true;
        return this.#fault(`expected at most ${maxDepth} levels of nesting`);
      }
      this.#open.push(char === '{');
      this.#next = char === '{' ? keyOrEnd : valueOrEnd;
    } else if (char === '"') this.#begin(string, false);
    else if (/[-\d]/.test(char)) this.#begin(number, false, char);
    else if (/[tfn]/.test(char)) this.#begin(word, false, char);
    else return this.#fault('expected a value');
    return true;
  }

  #begin(next: number, isKey: boolean, kept = ''): void {
    this.#next = next;
    this.#isKey = isKey;
    this.#kept = kept;
  }

  #separate(char: string): boolean {
    const inObject = this.#open.at(-1) === true;
    if (char === ',') {
      this.#next = inObject ? key : value;
      return true;
    }
    if (char === (inObject ? '}' : ']')) return this.#close();
    return this.#fault(inObject ? 'expected "," or "}"' : 'expected "," or "]"');
  }

  #close(): boolean {
    this.#open.pop();
    return this.#endValue();
  }

  #endValue(): boolean {
    this.#next = separator;
    if (this.#open.length === 0) this.state = 'ended';
    return true;
  }

  #inString(byte: number): boolean {
    if (byte === 0x22) {
      if (!this.#isKey) return this.#endValue();
      this.#next = colon;
      return true;
    }
    if (byte < 0x20) return this.#fault(badString);
    if (byte === 0x5c) this.#next = escaped;
    if (this.#isKey && this.#kept.length < maxKept) this.#kept += String.fromCharCode(byte);
    return true;
  }

  #inEscape(byte: number): boolean {
    const char = String.fromCharCode(byte);
    if (this.#hexDigits > 0 ? !/[\da-f]/i.test(char) : !/["\\/bfnrtu]/.test(char)) return this.#fault(badString);
    this.#hexDigits = this.#hexDigits > 0 ? this.#hexDigits - 1 : char === 'u' ? 4 : 0;
    if (this.#hexDigits === 0) this.#next = string;
    if (this.#isKey && this.#kept.length < maxKept) this.#kept += char;
    return true;
  }

  #inScalar(byte: number): boolean {
    const longer = this.#kept + String.fromCharCode(byte);
    if (this.#next === word) {
      if (!words.some((each) => each.startsWith(longer))) return this.#fault('expected a value');
      this.#kept = longer;
      return words.includes(longer) ? this.#endValue() : true;
    }
    if (/[-+.\deE]/.test(String.fromCharCode(byte))) {
      if (!numberSoFar.test(longer)) return this.#fault('expected a number without leading zeros or signs');
      // Of a number this long only more digits are of interest, and they change nothing.
      if (longer.length < maxKept || !/\d$/.test(longer)) this.#kept = longer;
      return true;
    }
    if (!wholeNumber.test(this.#kept)) return this.#fault('expected a digit');
    this.#endValue();
    return false;
  }

  #fault(reason: string): false {
    this.state = 'faulty';
    this.reason = reason;
    return false;
  }
}
