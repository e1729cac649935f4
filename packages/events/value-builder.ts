import type { Token } from 'stream-json/core/parser.js';
import { BadInputError } from '#contracts/errors.js';
import { jsonNumber } from './json-number.js';

/** Deeper nesting is refused: no event is so deep, and writing such a value out again would overflow the stack. */
export const maxDepth = 200;

interface Level {
  readonly container: unknown[] | Record<string, unknown>;
  /** The key whose value comes next, in an object. */
  key: string;
}

/** What a token adds to an event's size besides its text: quotes, colon, comma or bracket. */
const tokenOverhead = 2;

/** Builds one JSON value from the tokens of a parser that packs values, within limits of size and depth. */
export class ValueBuilder {
  readonly #maxBytes: number;
  readonly #levels: Level[] = [];
  #size = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Open objects and arrays; 0 when no value is begun. */
  get depth(): number {
    return this.#levels.length;
  }

  /** Drops what is begun. */
  discard(): void {
    this.#levels.length = 0;
    this.#size = 0;
  }

  /**
   * Takes the next token; returns the value in a box when this token completed it. As in JSON.parse, the last of
   * doubled keys wins and `__proto__` is a plain key. Throws BadInputError `event-too-large` or `too-deep`.
   */
  take(token: Token): { readonly value: unknown } | undefined {
    this.#count('value' in token && typeof token.value === 'string' ? token.value.length : 0);
    switch (token.name) {
      case 'startObject':
        this.#open({});
        return undefined;
      case 'startArray':
        this.#open([]);
        return undefined;
      case 'endObject':
      case 'endArray':
        return this.#add(this.#levels.pop()?.container);
      case 'keyValue': {
        const level = this.#levels.at(-1);
        if (level !== undefined) level.key = token.value;
        return undefined;
      }
      case 'numberValue':
        return this.#add(jsonNumber(token.value));
      case 'stringValue':
      case 'nullValue':
      case 'trueValue':
      case 'falseValue':
        return this.#add(token.value);
      default:
        return undefined;
    }
  }

  #open(container: Level['container']): void {
    if (this.#levels.length === maxDepth) throw tooDeep();
    this.#levels.push({ container, key: '' });
  }

  #add(value: unknown): { readonly value: unknown } | undefined {
    const level = this.#levels.at(-1);
    if (level === undefined) {
      this.#size = 0;
      return { value };
    }
    const { container, key } = level;
    if (Array.isArray(container)) container.push(value);
    else if (key !== '__proto__') container[key] = value;
    else Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
    return undefined;
  }

  #count(chars: number): void {
    this.#size += chars + tokenOverhead;
    if (this.#size > this.#maxBytes) throw tooLarge(this.#maxBytes);
  }
}

/** The refusal of values nested deeper than {@link maxDepth}. */
export function tooDeep(): BadInputError {
  return new BadInputError(
    'too-deep',
    `values are nested deeper than ${maxDepth} levels; expected flat event objects: check what wrote the file`,
  );
}

/** The refusal of a single value larger than `maxBytes`. */
export function tooLarge(maxBytes: number): BadInputError {
  return new BadInputError(
    'event-too-large',
    `one event is larger than ${maxBytes} bytes, the most that is accepted; ` +
      'expected many small event objects: check for a missing bracket or quote, or split the event',
  );
}
