import { once } from 'node:events';
import { type ClientBase, escapeIdentifier } from 'pg';
import { type CopyStreamQuery, from } from 'pg-copy-streams';
import { quoteTable } from '../quote.js';

/** Where copied rows go. */
export interface CopyTarget {
  /** Table name, with its schema before a dot if it has one: `dwh.data_sample`. */
  readonly table: string;
  /** Columns in the order in which each tuple has its fields. */
  readonly columns: readonly string[];
}

/**
 * Sends binary COPY data (see `CopyBinaryWriter`) into a table and returns the number of rows that the server took.
 *
 * Promises, for `client` inside a transaction or not:
 * - The source is asked for a chunk only when the one before has left for the socket, so memory stays bounded.
 * - When the source throws or `signal` aborts, the COPY is aborted on the server, the source is closed, and exactly
 *   that error is thrown. No row stays. The client is usable; a transaction around it has to be rolled back (to its
 *   savepoint), like after any error of the server.
 * - When the server refuses the data, its error is thrown and the source is closed.
 *
 * `signal` is looked at between chunks. While the server itself waits for a lock, it cannot be told to stop through
 * this connection: set `lock_timeout` where that matters.
 */
export async function copyIn(
  client: ClientBase,
  target: CopyTarget,
  chunks: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<number> {
  signal?.throwIfAborted();
  const stream = client.query(from(copyStatement(target)));
  const refusal = refusalOf(stream);
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      // The server may have refused while the source was busy; its stream then takes no more writes.
      if (refusal.happened()) await refusal.promise;
      await Promise.race([refusal.promise, written(stream, chunk)]);
    }
    signal?.throwIfAborted();
    if (refusal.happened()) await refusal.promise;
  } catch (error) {
    if (!refusal.happened()) await abort(stream);
    throw error;
  }
  const finished = once(stream, 'finish');
  stream.end();
  await Promise.race([finished, refusal.promise]);
  return stream.rowCount;
}

function copyStatement({ table, columns }: CopyTarget): string {
  return `COPY ${quoteTable(table)} (${columns.map(escapeIdentifier).join(', ')}) FROM STDIN (FORMAT binary)`;
}

/**
 * Resolves when the socket took the chunk. One chunk at a time, always: after an error of the server pg-copy-streams
 * drops its connection, and chunks still queued in it would make it call methods of `null` on the next `drain`.
 */
function written(stream: CopyStreamQuery, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    // An error is reported by `refusal`, and only there, so that it is the server's own.
    stream.write(chunk, () => resolve());
  });
}

/** The error that the server (or a lost connection) answers with, as a promise that rejects. */
function refusalOf(stream: CopyStreamQuery): { promise: Promise<never>; happened(): boolean } {
  let happened = false;
  const promise = new Promise<never>((_resolve, reject) => {
    // Stays on the stream for good: an `error` event without a listener would end the process.
    stream.on('error', (error) => {
      happened = true;
      reject(error);
    });
  });
  // Nobody may be waiting at the moment it happens.
  promise.catch(() => {});
  return { promise, happened: () => happened };
}

/** Sends CopyFail and waits until the server has answered, so that the client takes the next query. */
async function abort(stream: CopyStreamQuery): Promise<void> {
  const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
  // A message of our own: the source's could hold a NUL, which would break the protocol.
  stream.destroy(new Error('the client gave up this COPY'));
  await closed;
}
