import { BadInputError } from '#contracts/errors.js';
import type { ByteWindow } from './byte-window.js';
import { describeMismatch, type EventShape, isLikeAnEvent, wrapperKeysOf, wrapsArrays } from './event-shape.js';
import { FoundEvents, type ReadEvent } from './found-events.js';
import { JsonChecker } from './json-checker.js';
import { badJson, notAlone, noValue, tooLarge, truncated, wrapperIsNoArray } from './json-errors.js';
import { parseExactly } from './json-number.js';
import { RestOfObject } from './rest-of-object.js';
import { notEnded, ValueScanner } from './value-scanner.js';

/**
 * Where the finder stands:
 *
 *     top ──{ … wrapping key:──▶ wrapper ──[──▶ array ──]──▶ rest ──}──▶ top
 *      │ └──any other value: one event──▶ top              └──wrapping key:──▶ wrapper
 *      └──[──▶ array ──]──▶ top
 *
 * With sections an object in `wrapper` is one event, after which comes `rest`, and so it does after anything else there.
 */
type Context = 'top' | 'wrapper' | 'array' | 'rest';

/** Events found in one go, at most: more would be made before the first is used. */
const maxAtOnce = 500;
const [lineFeed, carriageReturn, comma, openBracket, closeBracket, openBrace] = [0x0a, 0x0d, 0x2c, 0x5b, 0x5d, 0x7b];
const beginsValue = /["\-\dtfn{]/;

/**
 * Finds the events in a window of bytes, in all layouts: wrapping object, bare array, one object, and any number of
 * these one after another (newline-delimited JSON).
 *
 * Newline-delimited is what consists of single values, each on a line of its own; that is known from the first line on
 * that is one object. From there on a line that is no JSON, whatever it begins with, is an event that is {@link
 * BrokenEvent}; before, that is kept back, for the file may be no JSON at all. Everywhere else a fault is the whole
 * file's, for nobody knows where the next event begins. No value may begin on a line where another one ends
 * (docs/decisions/0020).
 */
export class EventFinder {
  readonly #window: ByteWindow;
  readonly #shape: EventShape;
  readonly #maxEventBytes: number;
  readonly #scanner: ValueScanner;
  readonly #found: FoundEvents;
  #context: Context = 'top';
  #arrayIsWrapped = false;
  /** The key of the section that is being read. */
  #section: string | undefined;
  /** What comes next in an array. */
  #expected: 'value or end' | 'value' | 'separator' = 'value or end';
  #rest = new RestOfObject();
  #value: unknown;
  #error: unknown;
  #topValues = 0;
  /**
   * Whether something was met that single-line events do not have: arrays, wrapping objects, values over several lines.
   */
  #isStrict = false;
  /** Whether an array or wrapping object has ended on the line that is being read. */
  #isLineTaken = false;

  constructor(window: ByteWindow, shape: EventShape, maxEventBytes: number) {
    this.#window = window;
    this.#shape = shape;
    this.#maxEventBytes = maxEventBytes;
    this.#scanner = new ValueScanner(wrapperKeysOf(shape), shape.sections);
    this.#found = new FoundEvents(window);
  }

  /**
   * The next events, at most 500; none when the window holds no further whole one. They are valid until the next fill.
   */
  find(): readonly ReadEvent[] {
    while (this.#found.length < maxAtOnce && this.#step());
    return this.#found.take();
  }

  /**
   * To be called when nothing follows and nothing more is found: throws BadInputError when that was no file of events.
   */
  end(): void {
    if (this.#context !== 'top') throw this.#truncated();
    if (this.#topValues === 0) throw noValue(!this.#window.isEmpty);
    const held = this.#found.end();
    if (held) throw new BadInputError('unexpected-shape', describeMismatch(this.#shape, held.value));
  }

  /** Goes on by one value or so; returns false when that needs bytes behind the window. */
  #step(): boolean {
    switch (this.#context) {
      case 'top':
        return this.#inTop();
      case 'wrapper':
        return this.#inWrapper();
      case 'array':
        return this.#inArray();
      case 'rest':
        return this.#inRest();
    }
  }

  #inTop(): boolean {
    const window = this.#window;
    const at = this.#skipBlanks();
    if (at === window.end) return false;
    if (this.#isLineTaken) throw notAlone(window.positionOf(at));
    const { bytes, end } = window;
    const byte = bytes[at];
    // Where each event had a line of its own so far, one that goes on in the next line is looked at twice.
    const isLine = this.#found.isConfirmed && !this.#isStrict;
    if (byte === openBracket && !isLine) return this.#beginArray(at);
    const stop =
      byte === openBrace || byte === openBracket
        ? this.#scanner.scan(bytes, at, end, byte === openBrace, !isLine)
        : this.#scanner.scanScalar(bytes, at, end, window.isLast);
    if (stop === notEnded.wrapper && !isLine) return this.#beginWrapper(at, this.#scanner.wrapperColon + 1);
    if (stop === notEnded.wrapper || byte === openBracket) return this.#inLineOfEvents(at);
    if (stop === notEnded.more && !window.isLast && end - at <= this.#maxEventBytes) return false;
    if (stop <= at) return this.#fail(at);
    return this.#takeTop(at, stop);
  }

  /**
   * Begins an array or wrapping object among events that stand on lines of their own, once it is known to be good to
   * the end of its line. One too large to be looked at whole ends that layout.
   */
  #inLineOfEvents(at: number): boolean {
    const window = this.#window;
    const { bytes, end } = window;
    const isArray = bytes[at] === openBracket;
    const content = isArray ? at + 1 : this.#scanner.wrapperColon + 1;
    const stop = this.#scanner.scan(bytes, at, end, false, false);
    const isTooLarge = (stop === notEnded.more ? end : stop) - at > this.#maxEventBytes;
    if (isTooLarge) return isArray ? this.#beginArray(at) : this.#beginWrapper(at, content);
    if (stop === notEnded.more && !window.isLast) return false;
    if (stop <= at) return this.#fail(at);
    if (!this.#parse(at, stop)) return this.#fail(at, this.#error);
    const next = this.#restOfLine(at, stop);
    if (next !== undefined) return next === 'more' ? false : this.#fail(at, next);
    if (!isArray && !wrapsArrays(this.#shape, this.#value)) {
      return this.#fail(at, wrapperIsNoArray(wrapperKeysOf(this.#shape)));
    }
    this.#topValues += 1;
    if (isArray) this.#enterArray(content, false);
    else this.#enterWrapper(content);
    return true;
  }

  /** Takes a value of the file itself for an event. */
  #takeTop(at: number, stop: number): boolean {
    if (!this.#parse(at, stop)) return this.#fail(at, this.#error);
    const next = this.#restOfLine(at, stop);
    if (next !== undefined) return next === 'more' ? false : this.#fail(at, next);
    const { bytes } = this.#window;
    if (!this.#isStrict && !this.#found.isConfirmed && bytes[at] === openBrace) {
      if (bytes.subarray(at, stop).includes(lineFeed)) this.#beStrict();
      else if (this.#window.beginsLine(at)) this.#found.confirm();
    }
    this.#topValues += 1;
    if (this.#topValues === 1 && !isLikeAnEvent(this.#shape, this.#value)) this.#found.hold();
    else this.#found.release();
    this.#found.add(this.#value, at, stop);
    this.#window.at = stop;
    return true;
  }

  #beginArray(at: number): boolean {
    this.#beginTopValue();
    this.#enterArray(at + 1, false);
    return true;
  }

  #beginWrapper(at: number, stop: number): boolean {
    if (stop - at > this.#maxEventBytes) throw tooLarge(this.#maxEventBytes);
    this.#beginTopValue();
    try {
      JSON.parse(`${this.#window.text(at, stop)}0}`);
    } catch (error) {
      return this.#fail(at, error);
    }
    this.#enterWrapper(stop);
    return true;
  }

  #enterWrapper(at: number): void {
    this.#context = 'wrapper';
    this.#section = this.#shape.sections === true ? this.#scanner.wrapperKey : undefined;
    this.#window.at = at;
  }

  #beginTopValue(): void {
    this.#topValues += 1;
    this.#beStrict();
    this.#found.release();
  }

  #beStrict(): void {
    this.#isStrict = true;
    this.#found.refuseBroken();
  }

  #inWrapper(): boolean {
    const window = this.#window;
    const at = this.#skipBlanks();
    if (at === window.end) return false;
    if (window.bytes[at] !== openBracket) {
      if (this.#shape.sections === true) return this.#inSection(at);
      if (beginsValue.test(String.fromCharCode(window.bytes[at] ?? 0)))
        throw wrapperIsNoArray(wrapperKeysOf(this.#shape));
      throw this.#badJson(at, 'expected a value');
    }
    this.#enterArray(at + 1, true);
    return true;
  }

  /** Takes an object for the one event of its section; anything else is passed over with what surrounds it. */
  #inSection(at: number): boolean {
    const window = this.#window;
    const { bytes, end } = window;
    if (bytes[at] !== openBrace) {
      // What the rest has read so far ends with the key; it goes on with the value.
      this.#context = 'rest';
      return true;
    }
    const stop = this.#scanner.scan(bytes, at, end, false, true);
    if (stop === notEnded.more && !window.isLast && end - at <= this.#maxEventBytes) return false;
    if (stop <= at) return this.#fail(at);
    if (!this.#parse(at, stop)) return this.#fail(at, this.#error);
    this.#found.add(this.#value, at, stop, this.#section);
    this.#context = 'rest';
    this.#rest = new RestOfObject();
    window.at = stop;
    return true;
  }

  #enterArray(at: number, isWrapped: boolean): void {
    this.#context = 'array';
    this.#arrayIsWrapped = isWrapped;
    this.#expected = 'value or end';
    this.#window.at = at;
  }

  #inArray(): boolean {
    const window = this.#window;
    const at = this.#skipBlanks();
    if (at === window.end) return false;
    const { bytes, end } = window;
    const byte = bytes[at];
    if (byte === closeBracket && this.#expected !== 'value') {
      this.#leaveArray(at + 1);
      return true;
    }
    if (this.#expected === 'separator') {
      if (byte !== comma) throw this.#badJson(at, 'expected "," or "]"');
      this.#expected = 'value';
      window.at = at + 1;
      return true;
    }
    const stop =
      byte === openBrace || byte === openBracket
        ? this.#scanner.scan(bytes, at, end, false, true)
        : this.#scanner.scanScalar(bytes, at, end, window.isLast);
    if (stop === notEnded.more && !window.isLast && end - at <= this.#maxEventBytes) return false;
    if (stop <= at) return this.#fail(at);
    if (!this.#parse(at, stop)) return this.#fail(at, this.#error);
    this.#found.add(this.#value, at, stop, this.#arrayIsWrapped ? this.#section : undefined);
    this.#expected = 'separator';
    window.at = stop;
    return true;
  }

  #leaveArray(at: number): void {
    this.#window.at = at;
    if (!this.#arrayIsWrapped) this.#leaveTopValue();
    else {
      this.#context = 'rest';
      this.#rest = new RestOfObject();
    }
  }

  #inRest(): boolean {
    const window = this.#window;
    if (window.at === window.end) return false;
    const { key, hasEnded } = this.#rest.read(window);
    if (hasEnded) this.#leaveTopValue();
    else if (key !== undefined && wrapperKeysOf(this.#shape).includes(key)) {
      this.#context = 'wrapper';
      this.#section = this.#shape.sections === true ? key : undefined;
    }
    return true;
  }

  #leaveTopValue(): void {
    this.#context = 'top';
    this.#isLineTaken = true;
  }

  #skipBlanks(): number {
    if (this.#window.skipBlanks()) this.#isLineTaken = false;
    return this.#window.at;
  }

  /**
   * What is wrong with the rest of the line on which a value of the file itself ends; undefined when nothing is, `more`
   * when that is behind the window.
   */
  #restOfLine(start: number, stop: number): BadInputError | 'more' | undefined {
    const window = this.#window;
    const next = window.nextInLine(stop);
    if (next < window.end) return window.bytes[next] === lineFeed ? undefined : notAlone(window.positionOf(next));
    if (window.isLast) return undefined;
    if (window.end - start > 2 * this.#maxEventBytes) throw tooLarge(this.#maxEventBytes);
    return 'more';
  }

  /** Parses what lies between two positions into `#value`; returns false, and why in `#error`, when it is no JSON. */
  #parse(at: number, stop: number): boolean {
    if (stop - at > this.#maxEventBytes) throw tooLarge(this.#maxEventBytes);
    try {
      const text = this.#window.text(at, stop);
      this.#value = this.#scanner.inexact ? parseExactly(text) : JSON.parse(text);
      return true;
    } catch (error) {
      this.#error = error;
      return false;
    }
  }

  /**
   * Deals with a value that begins at `at` and is not right. In newline-delimited JSON its line becomes a broken event;
   * returns false when the end of that is behind the window.
   * @param error why it was refused, if it was parsed
   * @throws BadInputError what is wrong with the file, elsewhere
   */
  #fail(at: number, error?: unknown): boolean {
    const window = this.#window;
    const { bytes, end, isLast } = window;
    const checker = new JsonChecker();
    const stop = checker.check(bytes, at, end);
    if (checker.state === 'ended' && error === undefined) {
      // A value may go on in the next line after all; then it is no longer one line per event.
      this.#beStrict();
      return true;
    }
    const isOpen = checker.state === 'open' && !(error instanceof BadInputError);
    const fault =
      error instanceof BadInputError ? error : isOpen ? this.#truncated() : checker.refusal(window.positionOf(stop));
    if (this.#isStrict && !isOpen) throw fault;
    const feed = bytes.indexOf(lineFeed, at);
    const lineEnd = feed === -1 || feed >= end ? end : feed;
    const needsMore = (isOpen || lineEnd === end) && !isLast;
    if ((isOpen || needsMore) && end - at > this.#maxEventBytes) {
      throw checker.isTooDeep ? fault : tooLarge(this.#maxEventBytes);
    }
    if (needsMore) return false;
    const wasCutOff = isOpen && bytes[end - 1] !== lineFeed;
    if (this.#isStrict || wasCutOff) throw fault;
    const endsInside = isOpen || stop > lineEnd;
    const reason = endsInside ? `line ${window.lineOf(at)} ends inside a value` : fault.message;
    this.#topValues += 1;
    window.at = bytes[lineEnd - 1] === carriageReturn ? lineEnd - 1 : lineEnd;
    this.#found.addBroken(fault, reason, at, window.at);
    return true;
  }

  #badJson(at: number, reason: string): BadInputError {
    return badJson(this.#window.positionOf(at), reason);
  }

  #truncated(): BadInputError {
    return truncated(this.#window.positionOf(this.#window.end), this.#found.total);
  }
}
