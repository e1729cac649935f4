import { BadInputError } from '#contracts/errors.js';
import type { FileTaskOutput } from '#contracts/file-task.js';
import { maxRejectsKept, type RejectedPart } from '#contracts/rejects.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import type { EventShape } from '#events/event-shape.js';
import type { Rejected } from '#events/fields.js';
import { BrokenEvent } from '#events/found-events.js';
import { readEvents } from '#events/read-events.js';
import { fileChunks } from '#inbox/file-chunks.js';
import type { OpenFile } from '#inbox/open-file.js';
import type { TaskContext } from '#runs/context.js';
import type { CopyLoad } from './copy-loader.js';
import { loadByCopy } from './load-by-copy.js';

/** How the events of one kind become rows of a table. */
export interface EventTable<Row> {
  readonly shape: EventShape;
  /** With the columns `file_id` and `ordinal`. */
  readonly table: string;
  /** In the order in which `write` writes them. */
  readonly columns: readonly string[];
  /** The rows of one event, or why it cannot be taken. */
  parse(event: unknown, ordinal: number): { readonly rows: readonly Row[] } | Rejected;
  /** Writes one row. @param ordinal the row's number in the file, from 0 */
  write(copy: CopyBinaryWriter, row: Row, fileId: bigint, ordinal: number): void;
}

/**
 * Loads a run's files of events, each in constant memory. An event that cannot be taken is rejected and the others
 * load: events of a stream do not depend on each other, and holding back thousands of good ones for a bad one would
 * lose more. The rejects are recorded with their reasons, positions and texts. A file whose JSON itself is broken is
 * refused as a whole unless each event has a line of its own, because nobody knows where the next event begins; so is
 * one without a single good event.
 */
export async function loadEventFiles<Row>(context: TaskContext, kind: EventTable<Row>): Promise<FileTaskOutput> {
  return await loadByCopy(context, {
    target: kind,
    open: async (file, signal) => ({ writeRows: (copy) => writeEventRows(copy, file, kind, signal) }),
  });
}

/**
 * Writes the rows of a file's events; yields between two lots of some hundred.
 * @throws BadInputError when the file can never be loaded
 */
export async function* writeEventRows<Row>(
  copy: CopyBinaryWriter,
  file: Pick<OpenFile, 'id' | 'content' | 'size'>,
  kind: EventTable<Row>,
  signal: AbortSignal,
): AsyncGenerator<void, CopyLoad, undefined> {
  const kept: RejectedPart[] = [];
  let count = 0;
  let events = 0;
  let rows = 0;
  for await (const chunk of readEvents(fileChunks(file), { ...kind.shape, signal })) {
    for (const event of chunk) {
      const { ordinal, value } = event;
      const parsed = value instanceof BrokenEvent ? value : kind.parse(value, ordinal);
      if ('reject' in parsed) {
        count += 1;
        if (kept.length < maxRejectsKept) {
          kept.push({ ordinal, offset: event.offset, reason: parsed.reject, content: event.raw() });
        }
      } else {
        for (const row of parsed.rows) kind.write(copy, row, file.id, rows++);
      }
    }
    events += chunk.length;
    yield;
  }
  const [first] = kept;
  if (first && count === events) {
    throw new BadInputError(
      'no-good-event',
      `not one of its ${events} events can be loaded; event ${first.ordinal}: ${first.reason}; mend the file and drop it again`,
    );
  }
  return { rows, rejects: { count, kept } };
}
