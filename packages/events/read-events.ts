import { ByteWindow } from './byte-window.js';
import { EventFinder } from './event-finder.js';
import type { EventShape } from './event-shape.js';
import type { ReadEvent } from './found-events.js';

/** How {@link readEvents} distinguishes events from what surrounds them, and its limits. */
export interface ReadEventsOptions extends EventShape {
  /** Noticed between the chunks that come in; the reader then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Most bytes of one event in the file, white space in it included; 1 MiB if unset. */
  readonly maxEventBytes?: number;
  /** Bytes of the file that are looked at in one go, more when an event is larger; 256 KiB if unset. */
  readonly windowBytes?: number;
}

/**
 * Reads the events of a JSON file in memory that does not grow with the file: `{"<wrapperKey>": [event, …]}` (other
 * keys ignored), `[event, …]`, newline-delimited JSON (LF or CRLF, blank lines allowed; a line may itself be a wrapping
 * object or an array), or a single event object, pretty-printed or not; strict UTF-8 with or without byte-order mark.
 * Several of these may follow one another, each beginning on a line of its own.
 * Yields some hundred events at a time; the event loop gets its turn when the chunks let it, once per window.
 *
 * A line of newline-delimited events that is no JSON is an event that is a `BrokenEvent`, but for a last line that was
 * cut off. Throws BadInputError: `empty` (no value at all), `truncated` (ended inside a value), `bad-json`,
 * `bad-encoding`, `unexpected-shape` (nothing like events), `event-too-large`, `too-deep`. Events before the fault have
 * been yielded by then, so load them in a transaction that the error rolls back.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
  { signal, maxEventBytes = 1024 * 1024, windowBytes = 256 * 1024, ...shape }: ReadEventsOptions,
): AsyncGenerator<readonly ReadEvent[], void, undefined> {
  const window = new ByteWindow(chunks, windowBytes, signal);
  const finder = new EventFinder(window, shape, maxEventBytes);
  try {
    while (!window.isLast) {
      await window.fill();
      for (let events = finder.find(); events.length > 0; events = finder.find()) yield events;
    }
    finder.end();
  } finally {
    await window.close();
  }
}
