import { isWithin } from '#database/changes/snapshot.js';
import { Blocks } from './blocks.js';
import { type CatchUp, PositionGoneError } from './catch-up.js';
import { eventText } from './events.js';
import type { Feed } from './feed.js';
import { wants } from './filter.js';
import type { Listener } from './listener.js';
import type { Position } from './position.js';

/** How a run was, for who listens to it from there. */
export interface FirstState {
  readonly run: unknown;
  readonly position: Position;
}

/** How a listener begins. */
export interface Beginning {
  /** Of the last event that it got before. */
  readonly lastId: string | undefined;
  readonly first: FirstState | undefined;
}

/** Why a listener cannot go on where it was. */
export type ResetReason = 'unreadable' | 'gone';

/** Texts of batches of the ring; a few, for many who come back at once and want the same. */
const kept = new Blocks(4);

/**
 * Brings a listener in step: sends how it begins, then what it lacks, from the ring or from the database, as fast as it
 * reads. Returns when it is in step, or gone.
 */
export async function serve(
  listener: Listener,
  feed: Feed,
  catchUp: CatchUp,
  { lastId, first }: Beginning,
): Promise<void> {
  // Of a batch that begins from now on the moment is later than any that an id can name.
  await feed.nextBatch(true);
  let position = begin(listener, feed, { lastId, first });
  while (!listener.isClosed && !feed.isEnded) {
    await listener.drained();
    const next = feed.ring.next(position, listener.needs);
    if (next.is === 'current' && feed.position.part === undefined) return join(listener, feed);
    if (next.is === 'current' || next.is === 'later') {
      await feed.nextBatch(false);
      continue;
    }
    const batch = next.is === 'batch' ? next.batch : await older(position);
    if (batch === 'in the ring') continue;
    if (batch === undefined) {
      position = reset(listener, feed, first, 'gone');
      continue;
    }
    const block = kept.of(batch, listener, feed.ids);
    if (block) listener.write(block);
    position = batch.end;
  }
  // The database has another history now: whoever comes back is told so.
  listener.end();

  async function older(from: Position) {
    try {
      if (await catchUp.widen(feed.ring, from, listener.needs)) return 'in the ring';
      return await catchUp.page(from, listener.needs, feed.ids);
    } catch (error) {
      if (error instanceof PositionGoneError) return undefined;
      throw error;
    }
  }
}

/**
 * Begins to send summaries. Whoever comes back begins like all others: they read their lists, which is what a summary
 * of the time between would have said.
 */
export function servePulses(listener: Listener, feed: Feed): void {
  if (listener.isClosed) return;
  // Without an id: there is nothing to come back to.
  listener.write(eventText('ready', readyAt(feed.position)));
  feed.pulses.join(listener);
}

const readyAt = ({ seconds }: Position): { readonly at: string } => ({ at: new Date(seconds * 1000).toISOString() });

function begin(listener: Listener, feed: Feed, { lastId, first }: Beginning): Position {
  if (lastId !== undefined) {
    const position = feed.ids.read(lastId);
    if (position && isWithin(position.until, feed.ring.end.until)) return position;
    return reset(listener, feed, first, 'unreadable');
  }
  if (first) return sendState(listener, feed, first);
  const { end } = feed.ring;
  listener.send('ready', readyAt(end), feed.ids.write(end));
  return end;
}

const details: Readonly<Record<ResetReason, string>> = {
  unreadable:
    'expected as last event id one of this server’s present database, got another text, or one from before the database was replaced',
  gone: 'what happened since the event with this id is not kept any more, or too much',
};

/** Says that events are missing, and goes on from now. */
function reset(listener: Listener, feed: Feed, first: FirstState | undefined, reason: ResetReason): Position {
  const position = first?.position ?? feed.ring.end;
  const detail = `${details[reason]}; read the lists again (GET /api/runs, /api/files), this stream goes on from now`;
  listener.send('reset', { reason, detail }, feed.ids.write(position));
  return first ? sendState(listener, feed, first) : position;
}

function sendState(listener: Listener, feed: Feed, { run, position }: FirstState): Position {
  listener.send('state', run, feed.ids.write(position));
  return position;
}

/** Has all that was read; gets what is read from now on, and how far runs are. */
function join(listener: Listener, feed: Feed): void {
  feed.inStep.add(listener);
  for (const event of feed.progress.current()) if (wants(listener.filter, event)) listener.write(event.text);
}
