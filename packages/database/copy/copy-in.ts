import { once } from 'node:events';
import { type ClientBase, escapeIdentifier } from 'pg';
// Its default: dependency-cruiser reads files with private fields by a parser that stumbles over the name "from".
import copyStreams, { type CopyStreamQuery } from 'pg-copy-streams';
import { quoteTable } from '../quote.js';

/** Where copied rows go. */
export interface CopyTarget {
  /** Table name, with its schema before a dot if it has one: `dwh.data_sample`. */
  readonly table: string;
  /** Columns in the order in which each tuple has its fields. */
  readonly columns: readonly string[];
}

/**
 * What stands before and after the tuples. PostgreSQL manual, "COPY", "File Formats / Binary Format": a signature of 11
 * bytes, flags and length of an extension (int32 each); at the end −1 instead of a tuple's number of fields (int16).
 */
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const trailer = Buffer.from([0xff, 0xff]);

/**
 * A binary COPY under way, of tuples as `CopyBinaryWriter` makes them. It ends with `end` or `abort`, one of which must
 * be called before the client can be used again.
 *
 * When the server refuses the data or the connection is lost, the next call throws that error; the client is then
 * usable if the connection is. A transaction around it has to be rolled back (to its savepoint), like after any error
 * of the server.
 *
 * While the server itself waits for a lock, it cannot be stopped through this connection: set `lock_timeout` where
 * that matters.
 */
export class CopyIn {
  readonly #stream: CopyStreamQuery;
  readonly #refused: Promise<never>;
  #isRefused = false;

  /**
   * Begins a COPY.
   * @param options.freeze marks the rows as seen by everybody from the start; only for a table that the same
   *   (sub)transaction has made
   */
  constructor(client: ClientBase, target: CopyTarget, options: { freeze?: boolean } = {}) {
    const stream = client.query(copyStreams.from(copyStatement(target, options.freeze === true)));
    this.#stream = stream;
    this.#refused = new Promise<never>((_resolve, reject) => {
      // Stays on the stream for good: an `error` event without a listener would end the process.
      stream.on('error', (error) => {
        this.#isRefused = true;
        reject(error);
      });
    });
    // Nobody may be waiting at the moment it happens.
    this.#refused.catch(() => {});
    stream.write(header);
  }

  /** Sends tuples; resolves when the socket took them, so that no more than one chunk waits in memory. */
  async write(chunk: Buffer): Promise<void> {
    // The server may have refused while the source was busy; its stream then takes no more writes.
    if (this.#isRefused) await this.#refused;
    // One chunk at a time, always: after an error of the server pg-copy-streams drops its connection, and chunks still
    // queued in it would make it call methods of `null` on the next `drain`.
    const written = new Promise<void>((resolve) => {
      // An error is reported by `refused`, and only there, so that it is the server's own.
      this.#stream.write(chunk, () => resolve());
    });
    await Promise.race([this.#refused, written]);
  }

  /** Ends the data. @returns the number of rows that the server took */
  async end(): Promise<number> {
    if (this.#isRefused) await this.#refused;
    const finished = once(this.#stream, 'finish');
    this.#stream.end(trailer);
    await Promise.race([finished, this.#refused]);
    return this.#stream.rowCount;
  }

  /** Gives up: no row stays. Resolves when the client takes the next query; does nothing after a refusal. */
  async abort(): Promise<void> {
    if (this.#isRefused) return;
    const closed = new Promise<void>((resolve) => this.#stream.once('close', () => resolve()));
    // A message of our own: the source's could hold a NUL, which would break the protocol.
    this.#stream.destroy(new Error('the client gave up this COPY'));
    await closed;
  }
}

function copyStatement({ table, columns }: CopyTarget, freeze: boolean): string {
  const options = freeze ? 'FORMAT binary, FREEZE' : 'FORMAT binary';
  return `COPY ${quoteTable(table)} (${columns.map(escapeIdentifier).join(', ')}) FROM STDIN (${options})`;
}
