import type { BadInputError } from '#contracts/errors.js';
import { maxRejectLength } from '#contracts/rejects.js';
import type { ByteWindow } from './byte-window.js';

/** One event of a file, as it stands there: nothing about its fields is checked yet. */
export interface ReadEvent {
  /** Index of the event in the file, from 0. */
  readonly ordinal: number;
  /** Position of its first byte in the file. */
  readonly offset: number;
  /**
   * The JSON value; numbers that a double would alter are `InexactNumber`s. A line that is no JSON is a `BrokenEvent`.
   */
  readonly value: unknown;
  /** The key of the section that it stands in, for a shape with sections; undefined where it stands in none. */
  readonly section: string | undefined;
  /** Its text as it stands in the file, at most the first 2,000 characters; to be asked for before the next events. */
  raw(): string;
}

/** A line of newline-delimited JSON that is no JSON. */
export class BrokenEvent {
  /** Why, for people. */
  readonly reject: string;
  constructor(reject: string) {
    this.reject = reject;
  }
}

/** UTF-8 needs no more for the characters of an event that are kept. */
const maxRawBytes = 4 * maxRejectLength;
/**
 * Number of values that may be in a file before the first line that is good; a file of something else has no end of them.
 */
const maxHeld = 1_000;

/** What is known of an event beside its text. */
type EventFacts = Pick<ReadEvent, 'ordinal' | 'offset' | 'value' | 'section'>;

class FoundEvent implements ReadEvent {
  readonly ordinal: number;
  readonly offset: number;
  readonly value: unknown;
  readonly section: string | undefined;
  readonly #bytes: Buffer;
  readonly #start: number;
  readonly #end: number;

  constructor({ ordinal, offset, value, section }: EventFacts, bytes: Buffer, start: number, end: number) {
    this.ordinal = ordinal;
    this.offset = offset;
    this.value = value;
    this.section = section;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  raw(): string {
    const end = Math.min(this.#end, this.#start + maxRawBytes);
    return this.#bytes.toString('utf8', this.#start, end).slice(0, maxRejectLength);
  }

  /** The same with bytes of its own, which no fill of the window changes. */
  kept(): FoundEvent {
    const bytes = Buffer.from(this.#bytes.subarray(this.#start, Math.min(this.#end, this.#start + maxRawBytes)));
    return new FoundEvent(this, bytes, 0, bytes.length);
  }
}

/** Events on their way from the finder to the reader; those that may yet prove to be none are held back. */
export class FoundEvents {
  readonly #window: ByteWindow;
  #ready: FoundEvent[] = [];
  #held: FoundEvent[] = [];
  #isHolding = false;
  #total = 0;
  #firstFault: BadInputError | undefined;
  #isConfirmed = false;

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  /** How many wait to be taken. */
  get length(): number {
    return this.#ready.length;
  }

  /** How many were found so far. */
  get total(): number {
    return this.#total;
  }

  /** Whether the file is known to be newline-delimited JSON. */
  get isConfirmed(): boolean {
    return this.#isConfirmed;
  }

  /** Hands over what is not held back. */
  take(): readonly ReadEvent[] {
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  /** Adds the event that lies between two positions of the window. */
  add(value: unknown, start: number, end: number, section?: string): void {
    const window = this.#window;
    const facts = { ordinal: this.#total++, offset: window.offsetOf(start), value, section };
    const event = new FoundEvent(facts, window.bytes, start, end);
    if (this.#isHolding) this.#held.push(event.kept());
    else this.#ready.push(event);
    if (this.#firstFault && this.#held.length > maxHeld) throw this.#firstFault;
  }

  /**
   * Adds a line that is no JSON; it is held back until a line has been good.
   * @param fault the file's, should no line be good
   * @param reason the line's
   */
  addBroken(fault: BadInputError, reason: string, start: number, end: number): void {
    if (!this.#isConfirmed) {
      this.#firstFault ??= fault;
      this.#isHolding = true;
    }
    this.add(new BrokenEvent(reason), start, end);
  }

  /** The file is newline-delimited JSON: broken lines are events that are bad. */
  confirm(): void {
    this.#isConfirmed = true;
    this.#firstFault = undefined;
    this.release();
  }

  /** The file is no newline-delimited JSON. @throws BadInputError the first fault, if there has been one */
  refuseBroken(): void {
    if (this.#firstFault) throw this.#firstFault;
  }

  /** Holds back what is added, until it is released. */
  hold(): void {
    this.#isHolding = true;
  }

  /** Stops holding back, unless broken lines wait for a good one. */
  release(): void {
    if (!this.#isHolding || this.#firstFault) return;
    this.#isHolding = false;
    this.#ready.push(...this.#held);
    this.#held = [];
  }

  /**
   * Nothing follows: returns the event that is held back.
   * @throws BadInputError the first fault, when no line was good
   */
  end(): ReadEvent | undefined {
    this.refuseBroken();
    return this.#held[0];
  }
}
