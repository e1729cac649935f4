import { setImmediate } from 'node:timers/promises';
import { BadInputError } from '#contracts/errors.js';
import type { FileTaskOutput } from '#contracts/file-task.js';
import { CopyBinaryWriter } from '#database/copy/binary.js';
import { copyIn } from '#database/copy/copy-in.js';
import { maxRejectLength, maxRejectsKept, type RejectedPart } from '#database/ledger/outcomes.js';
import { quoteTable } from '#database/quote.js';
import type { TaskContext } from '#runtime/context.js';
import { loadFiles } from '#runtime/load-files.js';
import type { OpenFile } from '#runtime/open-file.js';
import type { EventShape } from './event-finder.js';
import type { Rejected } from './fields.js';
import { readEvents } from './read-events.js';

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

/** The event loop gets its turn after so many events. */
const turnEvents = 500;

/**
 * Loads a run's files of events, each in constant memory. An event that cannot be taken is rejected and the others load:
 * events of a stream do not depend on each other, and holding back thousands of good ones for a bad one would lose more.
 * The rejects are recorded with their reasons. A file whose JSON itself is broken is refused as a whole, because nobody
 * knows what it should have held; so is one without a single good event.
 */
export async function loadEventFiles<Row>(context: TaskContext, kind: EventTable<Row>): Promise<FileTaskOutput> {
  const { signal } = context;
  return await loadFiles(context, {
    async load(file, tx) {
      const rejects: Rejects = { count: 0, kept: [] };
      const rows = await copyIn(tx, kind, chunksOf(file, kind, rejects, signal), signal);
      return { rows, rejects };
    },
    async remove(tx, fileIds) {
      await tx.query(`DELETE FROM ${quoteTable(kind.table)} WHERE file_id = ANY($1::bigint[])`, [fileIds]);
    },
  });
}

interface Rejects {
  count: number;
  readonly kept: RejectedPart[];
}

async function* chunksOf<Row>(
  file: OpenFile,
  kind: EventTable<Row>,
  rejects: Rejects,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const copy = new CopyBinaryWriter();
  const bytes = file.handle.createReadStream({ start: 0, autoClose: false });
  let events = 0;
  let ordinal = 0;
  for await (const event of readEvents(bytes, { ...kind.shape, signal })) {
    const parsed = kind.parse(event.value, event.ordinal);
    if ('reject' in parsed) {
      rejects.count += 1;
      if (rejects.kept.length < maxRejectsKept) {
        rejects.kept.push({
          ordinal: event.ordinal,
          reason: parsed.reject,
          content: JSON.stringify(event.value).slice(0, maxRejectLength),
        });
      }
    } else {
      for (const row of parsed.rows) kind.write(copy, row, file.id, ordinal++);
      yield* copy.takeFilled();
    }
    events += 1;
    if (events % turnEvents === 0) await setImmediate();
  }
  const [first] = rejects.kept;
  if (first && rejects.count === events) {
    throw new BadInputError(
      'no-good-event',
      `not one of its ${events} events can be loaded; event ${first.ordinal}: ${first.reason}; mend the file and drop it again`,
    );
  }
  yield* copy.finish();
}
