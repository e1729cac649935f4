import { InexactNumber } from './json-number.js';
import { parseTime } from './time.js';

/** An object of JSON, its fields unchecked. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The first reason why an event cannot be loaded; caught by {@link orReject}, so it never leaves the parsers. */
class Reject extends Error {}

/** What {@link orReject} returns for an event that cannot be loaded: why, for people. */
export interface Rejected {
  readonly reject: string;
}

/** Runs a parser built of the readers below; the first fault that one of them finds rejects the whole event. */
export function orReject<T>(parse: () => T): T | Rejected {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Reject) return { reject: error.message };
    throw error;
  }
}

/** `value` as an object; `name` says in the reject's text what it is. */
export function readObject(value: unknown, name: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw faulty(name, value, 'expected an object');
}

/** The field as an array. */
export function readArray(object: JsonObject, key: string): readonly unknown[] {
  const value = field(object, key);
  if (Array.isArray(value)) return value;
  throw faulty(key, value, 'expected an array');
}

/** The field as text of 1 to `maxChars` characters that PostgreSQL can store: not blank, no NUL, no lone surrogate. */
export function readText(object: JsonObject, key: string, maxChars: number, name = key): string {
  const value = field(object, key);
  if (typeof value === 'string' && value.length <= maxChars && plain.test(value)) return value;
  if (typeof value !== 'string' || value.trim() === '') throw faulty(name, value, 'expected text that is not blank');
  // Code units bound code points, so most texts need no count.
  if (value.length > maxChars && [...value].length > maxChars) {
    throw faulty(name, value, `expected at most ${maxChars} characters, it has ${[...value].length}`);
  }
  if (unstorable.test(value)) {
    throw faulty(name, value, 'expected text without NUL characters and halves of surrogate pairs');
  }
  return value;
}

/** The field as an integer from 0 to 2^31 − 1, PostgreSQL's `integer`. */
export function readCount(object: JsonObject, key: string, name = key): number {
  const value = field(object, key);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxInteger) return value;
  const advice = typeof value === 'string' && /^\d+$/.test(value) ? ', without quotes' : '';
  throw faulty(name, value, `expected an integer from 0 to ${maxInteger}${advice}`);
}

/** The field as an ISO-8601 time with offset, in microseconds since the Unix epoch. */
export function readTime(object: JsonObject, key: string): bigint {
  const value = field(object, key);
  if (typeof value !== 'string') throw faulty(key, value, 'expected an ISO-8601 time like 2022-06-05T21:02:34.546Z');
  const time = parseTime(value);
  if ('fault' in time) throw new Reject(`${key} ${show(value)} ${time.fault}`);
  return time.micros;
}

const maxInteger = 2 ** 31 - 1;
/** What most texts consist of; they need no further look. */
const plain = /^[!-~]+$/;
const unstorable = /[\p{Surrogate}\0]/u;
const maxShownChars = 80;

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof InexactNumber);
}

/** A field of an object, `undefined` when it has none. Own fields only: a missing `constructor` is missing. */
export function field(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** What a reader throws, to be caught by {@link orReject}: which value is wrong, and what was expected of it. */
export function faulty(name: string, value: unknown, expectation: string): Reject {
  return new Reject(
    value === undefined ? `${name} is missing: ${expectation}` : `${name} is ${show(value)}: ${expectation}`,
  );
}

/** A value as JSON, cut to a length that a list of rejects can bear, without characters that cannot be stored. */
function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isJsonObject(value)) return `an object with ${Object.keys(value).length} fields`;
  const text = value instanceof InexactNumber ? value.text : JSON.stringify(value);
  // Cut by code points, so that no surrogate pair is halved; JSON.stringify has escaped lone halves and NUL.
  return text.length <= maxShownChars
    ? text
    : `${[...text.slice(0, 2 * maxShownChars)].slice(0, maxShownChars).join('')}…`;
}
