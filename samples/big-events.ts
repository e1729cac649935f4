import { open } from 'node:fs/promises';
import { detectionEvent } from './events.js';
import { createRandom } from './random.js';

/** How the events of a large file stand in it. */
export const bigEventLayouts = ['object', 'array', 'ndjson'] as const;
export type BigEventLayout = (typeof bigEventLayouts)[number];

/** What a large file of detection events is to be like. */
export interface BigEventsOptions {
  readonly layout: BigEventLayout;
  /** The file is as large, and up to one event larger. */
  readonly bytes: number;
  /** Share of events that a load rejects, from 0 to 1; 0 if unset. In lines every third of them is no JSON at all. */
  readonly badShare?: number;
  /** The same seed gives the same file; 1 if unset. */
  readonly seed?: number;
}

/** What a large file holds. */
export interface BigEvents {
  readonly bytes: number;
  readonly events: number;
  /** That a load makes of it. */
  readonly rows: number;
  readonly rejects: number;
}

const frames: Readonly<Record<BigEventLayout, { before: string; between: string; after: string }>> = {
  object: { before: '{"objects_detection_events":[\n', between: ',\n', after: '\n]}\n' },
  array: { before: '[', between: ',', after: ']' },
  ndjson: { before: '', between: '\n', after: '\n' },
};

/** Number of events that are made once and drawn from: drawing each anew would take longer than writing it. */
const differentEvents = 4_096;
const chunkBytes = 1 << 20;
const idDigits = 8;

/** Writes a file of detection events of any size in constant memory. No two events have the same vehicle. */
export async function writeBigEvents(path: string, options: BigEventsOptions): Promise<BigEvents> {
  const { layout, bytes, badShare = 0, seed = 1 } = options;
  const { before, between, after } = frames[layout];
  const random = createRandom(seed, 'big events');
  const store = Array.from({ length: differentEvents }, () => {
    const event = detectionEvent(random);
    // The first characters of the id are replaced by the event's number.
    const text = JSON.stringify(event);
    const at = text.indexOf(event.vehicle_id);
    return { before: text.slice(0, at), after: text.slice(at + idDigits), rows: event.detections.length };
  });
  const bad = [
    '{"vehicle_id":"none","detections":[]}',
    '{"vehicle_id":"x","detection_time":"yesterday","detections":[]}',
    layout === 'ndjson' ? '{"vehicle_id":"cut off","detec' : '"no event"',
  ];
  const total = { bytes: 0, events: 0, rows: 0, rejects: 0 };
  const handle = await open(path, 'w');
  try {
    let text = before;
    const flush = async (): Promise<void> => {
      total.bytes += (await handle.write(text)).bytesWritten;
      text = '';
    };
    while (total.bytes + text.length + after.length < bytes) {
      if (total.events > 0) text += between;
      if (random.next() < badShare) {
        text += bad[total.rejects % bad.length] ?? '';
        total.rejects += 1;
      } else {
        const event = store[random.int(0, differentEvents - 1)];
        if (!event) throw new RangeError('expected an event of the store');
        text += event.before + total.events.toString(16).padStart(idDigits, '0') + event.after;
        total.rows += event.rows;
      }
      total.events += 1;
      if (text.length >= chunkBytes) await flush();
    }
    text += after;
    await flush();
  } finally {
    await handle.close();
  }
  return total;
}
