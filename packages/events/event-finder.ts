import type { Token } from 'stream-json/core/parser.js';
import { BadInputError } from '#contracts/errors.js';
import { maxDepth, tooDeep, ValueBuilder } from './value-builder.js';

/** What tells events from what surrounds them. */
export interface EventShape {
  /** The key, or its variants, of the wrapping object whose array holds the events. */
  readonly wrapperKey: string | readonly string[];
  /**
   * Keys of which an event has at least one. A file that is nothing but one object without any of them is refused as
   * `unexpected-shape` instead of being taken for one (bad) event. Without this list every object may be an event.
   */
  readonly eventKeys?: readonly string[];
}

/**
 * Where the finder stands in the token stream:
 *
 *     top ──{──▶ object ──wrapper key──▶ wrapper ──[──▶ array ──]──▶ rest ──}──▶ top
 *      │            └──}, no wrapper key: one event──▶ top               └─wrapper key again─▶ wrapper
 *      └──[──▶ array ──]──▶ top
 */
type Place = 'top' | 'object' | 'wrapper' | 'array' | 'rest';

/**
 * Finds the events in a parser's tokens, in all layouts: wrapping object, bare array, one object, and any number of
 * these one after another (newline-delimited JSON). Holds one event at a time.
 */
export class EventFinder {
  readonly #wrapperKeys: readonly string[];
  readonly #eventKeys: readonly string[] | undefined;
  readonly #builder: ValueBuilder;
  #place: Place = 'top';
  #arrayIsWrapped = false;
  /** Open objects and arrays of ignored values beside the wrapper's array. */
  #ignoredDepth = 0;
  #topValues = 0;
  /** A first top-level value that is not like an event: no event if it stays alone, a bad event among others. */
  #held: { readonly value: unknown } | undefined;
  readonly #found: unknown[] = [];

  /** `maxEventBytes` counts one per character of an event's keys and values, and two per token. */
  constructor(shape: EventShape, maxEventBytes: number) {
    this.#wrapperKeys = typeof shape.wrapperKey === 'string' ? [shape.wrapperKey] : shape.wrapperKey;
    this.#eventKeys = shape.eventKeys;
    this.#builder = new ValueBuilder(maxEventBytes);
  }

  /** Whether the tokens so far end between top-level values. */
  get isBetweenValues(): boolean {
    return this.#place === 'top';
  }

  /** Top-level values begun so far. */
  get topValues(): number {
    return this.#topValues;
  }

  /** Takes the next token; returns the events that are complete with it, in order, in a list that the next call reuses. */
  take(token: Token): readonly unknown[] {
    if (this.#found.length > 0) this.#found.length = 0;
    switch (this.#place) {
      case 'top':
        this.#beginTopValue(token);
        break;
      case 'object':
        this.#takeInObject(token);
        break;
      case 'wrapper':
        if (token.name !== 'startArray') throw this.#wrapperIsNoArray();
        this.#arrayIsWrapped = true;
        this.#place = 'array';
        break;
      case 'array':
        this.#takeInArray(token);
        break;
      case 'rest':
        this.#takeInRest(token);
        break;
    }
    return this.#found;
  }

  /** To be called when the tokens have ended: throws BadInputError when there was nothing like events. */
  end(): void {
    if (this.#held === undefined) return;
    const expected = `expected ${this.#expectation()}`;
    throw new BadInputError('unexpected-shape', `${expected}; the file is ${outline(this.#held.value)} instead`);
  }

  #beginTopValue(token: Token): void {
    this.#topValues += 1;
    if (this.#held !== undefined) {
      this.#found.push(this.#held.value);
      this.#held = undefined;
    }
    if (token.name === 'startArray') {
      this.#arrayIsWrapped = false;
      this.#place = 'array';
      return;
    }
    const built = this.#builder.take(token);
    if (built === undefined) this.#place = 'object';
    else this.#endTopValue(built.value);
  }

  #takeInObject(token: Token): void {
    if (token.name === 'keyValue' && this.#builder.depth === 1 && this.#wrapperKeys.includes(token.value)) {
      this.#builder.discard();
      this.#place = 'wrapper';
      return;
    }
    const built = this.#builder.take(token);
    if (built !== undefined) this.#endTopValue(built.value);
  }

  #endTopValue(value: unknown): void {
    this.#place = 'top';
    if (this.#topValues === 1 && !this.#isLikeAnEvent(value)) this.#held = { value };
    else this.#found.push(value);
  }

  #takeInArray(token: Token): void {
    if (token.name === 'endArray' && this.#builder.depth === 0) {
      this.#place = this.#arrayIsWrapped ? 'rest' : 'top';
      return;
    }
    const built = this.#builder.take(token);
    if (built !== undefined) this.#found.push(built.value);
  }

  #takeInRest(token: Token): void {
    switch (token.name) {
      case 'startObject':
      case 'startArray':
        if (this.#ignoredDepth === maxDepth) throw tooDeep();
        this.#ignoredDepth += 1;
        break;
      case 'endObject':
      case 'endArray':
        if (this.#ignoredDepth === 0) this.#place = 'top';
        else this.#ignoredDepth -= 1;
        break;
      case 'keyValue':
        if (this.#ignoredDepth === 0 && this.#wrapperKeys.includes(token.value)) this.#place = 'wrapper';
        break;
      default:
    }
  }

  #isLikeAnEvent(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    return this.#eventKeys === undefined || this.#eventKeys.some((key) => Object.hasOwn(value, key));
  }

  #wrapperIsNoArray(): BadInputError {
    const key = this.#wrapperKeys.map((name) => `"${name}"`).join(' or ');
    return new BadInputError(
      'unexpected-shape',
      `expected an array of events under the key ${key}, but another kind of value stands there; ` +
        `put the events in square brackets`,
    );
  }

  #expectation(): string {
    const keys = this.#wrapperKeys.map((name) => `{"${name}": […]}`).join(' or ');
    const event = this.#eventKeys === undefined ? 'event objects' : `event objects with ${this.#eventKeys.join(', ')}`;
    return `${keys}, an array of events, or ${event}, one per line`;
  }
}

function outline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a single ${value === null ? 'null' : typeof value}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an empty object';
  const shown = names.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 40)));
  return `one object with the keys ${shown.join(', ')}${names.length > 5 ? ', …' : ''}`;
}
