import { jsonParser, type Token } from 'stream-json/core/parser.js';
import { BadInputError, messageOf } from '#contracts/errors.js';
import { decodeText } from './decode-text.js';
import { EventFinder, type EventShape } from './event-finder.js';
import { PieceCutter, type TextPiece } from './text-pieces.js';
import { tooLarge } from './value-builder.js';

/** How {@link readEvents} tells events from what surrounds them, and its limits. */
export interface ReadEventsOptions extends EventShape {
  /** Noticed between the chunks that come in; the reader then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Most bytes of one event, counted as one per character of its keys and values and two per token; 1 MiB if unset. */
  readonly maxEventBytes?: number;
}

/** One event of a file, as it stands there: nothing about its fields is checked yet. */
export interface ReadEvent {
  /** Index of the event in the file, from 0. */
  readonly ordinal: number;
  /** The JSON value; numbers that a double would alter are `InexactNumber`s. */
  readonly value: unknown;
}

/**
 * Makes the parser decide about every word that it would wait to see continued. A line feed cannot lie inside a value,
 * so more of them change nothing, and a fault is told at its own line.
 */
const padding = '\n'.repeat(20);

/** Ends of a text that can be the beginning of true, false or null. */
const wordCutOff = /(?:^|[^a-z])(?:t|tr|tru|f|fa|fal|fals|n|nu|nul)$/i;

/** An escaped character takes six in the file, so text without a complete value may be so much longer than the value. */
const rawFactor = 8;

/**
 * Reads the events of a JSON file in memory that does not grow with the file: `{"<wrapperKey>": [event, …]}` (other
 * keys ignored), `[event, …]`, newline-delimited JSON (LF or CRLF, blank lines allowed; a line may itself be a wrapping
 * object or an array), or a single event object, pretty-printed or not; strict UTF-8 with or without byte-order mark.
 *
 * Throws BadInputError: `empty` (no value at all), `truncated` (ended inside a value), `bad-json`, `bad-encoding`,
 * `unexpected-shape` (nothing like events), `event-too-large`, `too-deep`. Events before the fault have been yielded by
 * then, so load them in a transaction that the error rolls back.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
  options: ReadEventsOptions,
): AsyncGenerator<ReadEvent, void, undefined> {
  const maxEventBytes = options.maxEventBytes ?? 1024 * 1024;
  const parse = tokenParser(maxEventBytes * rawFactor);
  const finder = new EventFinder(options, maxEventBytes);
  const cutter = new PieceCutter();
  let last: TextPiece = { text: '', line: 1, column: 0 };
  let ordinal = 0;
  for await (const text of decodeText(chunks, options.signal)) {
    for (const piece of cutter.cut(text)) {
      last = piece;
      for (const token of parse(piece)) {
        for (const value of finder.take(token)) yield { ordinal: ordinal++, value };
      }
    }
  }
  for (const token of parseEnd(parse, last, ordinal)) {
    for (const value of finder.take(token)) yield { ordinal: ordinal++, value };
  }
  if (!finder.isBetweenValues) throw truncated(last, ordinal);
  if (finder.topValues === 0) {
    const found = last.text === '' ? 'is empty' : 'holds only white space';
    throw new BadInputError(
      'empty',
      `expected JSON events, but the file ${found}; drop the file with its content again`,
    );
  }
  finder.end();
}

type ParsePiece = (piece: TextPiece) => readonly Token[];

/** A parser of pieces that refuses more than `maxSilentChars` without one complete token, which it would hold. */
function tokenParser(maxSilentChars: number): ParsePiece {
  const parser = jsonParser({ jsonStreaming: true, streamValues: false });
  let silentChars = 0;
  return (piece) => {
    const tokens = tokensOf(parser, piece);
    // A blank line cannot lie inside a string, so the parser does not hold it.
    const isHeld = tokens.length === 0 && !(piece.text.endsWith('\n') && piece.text.trim() === '');
    if (isHeld) silentChars += piece.text.length;
    else if (tokens.length > 0) silentChars = 0;
    if (silentChars > maxSilentChars) throw tooLarge(maxSilentChars);
    return tokens;
  };
}

function tokensOf(parser: ReturnType<typeof jsonParser>, piece: TextPiece): readonly Token[] {
  try {
    const result = parser(piece.text.endsWith('\n') ? piece.text + padding : piece.text);
    return typeof result === 'symbol' ? [] : result.values;
  } catch (cause) {
    const reason = messageOf(cause)
      .replace(/^Parser (cannot parse input: |has )/, '')
      .replace(/^escaped characters$/, 'a string with a line break, a control character or a wrong escape in it');
    const message = `not valid JSON at ${placeOf(piece)}: ${reason}; mend the file and drop it again`;
    throw new BadInputError('bad-json', message, { cause });
  }
}

function parseEnd(parse: ParsePiece, last: TextPiece, events: number): readonly Token[] {
  try {
    return parse({ ...last, text: padding });
  } catch (error) {
    const isWrongWord = messageOf(error).includes('expected a value') && !wordCutOff.test(last.text);
    throw isWrongWord ? error : truncated(last, events, { cause: error });
  }
}

function truncated(last: TextPiece, events: number, options?: ErrorOptions): BadInputError {
  const message = `the input ended inside a value, at ${placeOf(last)}, after ${events} whole events: the file was cut off; drop the whole file again`;
  return new BadInputError('truncated', message, options);
}

function placeOf(piece: TextPiece): string {
  const column = piece.column === 0 ? '' : ` after character ${piece.column}`;
  return `line ${piece.line}${column}`;
}
