import { isAscii, isUtf8 } from 'node:buffer';
import type { BadInputError } from '#contracts/errors.js';
import { badEncoding } from './json-errors.js';
import { positionText, stretchText } from './position.js';

/** So that thousands of small files cost no large allocations. */
const firstBytes = 4 * 1024;

const [tab, lineFeed, carriageReturn] = [0x09, 0x0a, 0x0d];
const byteOrderMark = Buffer.from('\uFEFF');

/** The part of a stream of bytes that is being looked at. Moves forward only. */
export class ByteWindow {
  /** Valid from 0 to `end`, until the next `fill`. */
  bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  end = 0;
  /** The first byte that is still needed; the reader of the window moves it. One byte before it is kept, too. */
  at = 0;
  /** Whether nothing follows `end`. */
  isLast = false;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal | undefined;
  readonly #windowBytes: number;
  #isAscii = true;
  /** Position of `bytes[0]` in the stream. */
  #offset = 0;
  /** Position of the first byte after a byte-order mark. */
  #contentStart = 0;
  /** A position in the window, and its line. */
  #counted = 0;
  #countedLine = 1;

  /** @param windowBytes how many to hold at a time, unless one value needs more */
  constructor(chunks: AsyncIterable<Uint8Array>, windowBytes: number, signal: AbortSignal | undefined) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#windowBytes = windowBytes;
    this.#signal = signal;
  }

  /** Drops what is done with and reads on, by twice of what is left when that fills the window. */
  async fill(): Promise<void> {
    const done = Math.max(0, this.at - 1);
    this.#countedLine = this.lineOf(done);
    this.#counted = 0;
    this.bytes.copyWithin(0, done, this.end);
    this.#offset += done;
    this.at -= done;
    this.end -= done;
    const wanted = Math.max(this.#windowBytes, 2 * this.end);
    while (!this.isLast && this.end < wanted) {
      this.#signal?.throwIfAborted();
      const { done: isLast = false, value: chunk } = await this.#chunks.next();
      if (isLast) this.isLast = true;
      else this.#append(chunk);
    }
    this.#isAscii = isAscii(this.bytes.subarray(0, this.end));
    if (this.#offset === 0 && this.at === 0 && this.end >= 3 && byteOrderMark.equals(this.bytes.subarray(0, 3))) {
      this.at = 3;
      this.#contentStart = 3;
    }
  }

  /** Closes the stream, whether it was read to its end or not. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  /** Position of a byte of the window in the stream. */
  offsetOf(at: number): number {
    return this.#offset + at;
  }

  /** Line of a byte of the window, from 1. Quick when asked for one position after another. */
  lineOf(at: number): number {
    if (at < this.#counted) return this.#countedLine - countLines(this.bytes, at, this.#counted);
    this.#countedLine += countLines(this.bytes, this.#counted, at);
    this.#counted = at;
    return this.#countedLine;
  }

  /** Position of a byte of the window in the stream, for people. */
  positionOf(at: number): string {
    return positionText({ byte: this.offsetOf(at), line: this.lineOf(at) });
  }

  /** Moves `at` on to a byte that is no blank, or to the end; returns whether that is on another line. */
  skipBlanks(): boolean {
    const { bytes, end } = this;
    let feeds = 0;
    let at = this.nextInLine(this.at);
    for (; at < end && bytes[at] === lineFeed; at = this.nextInLine(at + 1)) feeds += 1;
    this.at = at;
    return feeds > 0;
  }

  /**
   * The position, from one of the window on, of a byte that is no blank but may be a line feed; the end when there is
   * none.
   */
  nextInLine(at: number): number {
    const { bytes, end } = this;
    let next = at;
    for (; next < end; next++) {
      const byte = bytes[next];
      if (byte !== 0x20 && byte !== carriageReturn && byte !== tab) break;
    }
    return next;
  }

  /** Whether a byte of the window is the first of its line. */
  beginsLine(at: number): boolean {
    return this.offsetOf(at) === this.#contentStart || this.bytes[at - 1] === lineFeed;
  }

  /** Whether the stream has ended without a byte but a byte-order mark. */
  get isEmpty(): boolean {
    return this.isLast && this.offsetOf(this.end) === this.#contentStart;
  }

  /**
   * A part of the window as text.
   * @throws BadInputError `bad-encoding` when it is not UTF-8
   */
  text(start: number, end: number): string {
    if (this.#isAscii) return this.bytes.toString('latin1', start, end);
    if (isUtf8(this.bytes.subarray(start, end))) return this.bytes.toString('utf8', start, end);
    throw this.badEncoding(start, end);
  }

  /** The refusal of bytes that are not UTF-8, somewhere between two positions of the window. */
  badEncoding(start: number, end: number): BadInputError {
    const from = { byte: this.offsetOf(start), line: this.lineOf(start) };
    return badEncoding(stretchText(from, this.offsetOf(end)));
  }

  #append(chunk: Uint8Array): void {
    const needed = this.end + chunk.length;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
      this.bytes.copy(larger, 0, 0, this.end);
      this.bytes = larger;
    }
    this.bytes.set(chunk, this.end);
    this.end = needed;
  }
}

function countLines(bytes: Buffer, start: number, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed, start); at !== -1 && at < end; at = bytes.indexOf(lineFeed, at + 1)) lines += 1;
  return lines;
}
