import { CopyBinaryWriter } from '#database/copy/binary.js';
import { CopyIn } from '#database/copy/copy-in.js';
import type { LinkedTable } from '#database/linked/linked-table.js';
import { stageName } from '#database/linked/stage.js';
import type { Tx } from '#database/pool.js';

/** Bytes of rows from which on they are sent. */
const fullBytes = 2 ** 20;
const beginning = { filled: 0, used: 0 };

/** Rows of some columns of a table, on their way to its stage. */
interface Pending {
  readonly table: LinkedTable;
  readonly columns: readonly string[];
  readonly writer: CopyBinaryWriter;
}

/**
 * Sends rows of several tables to their stages. A connection has one COPY at a time, and rows of a file may be of one table
 * and of another by turns: so each table's are gathered, and sent by a COPY of their own when they are many.
 */
export class Stager {
  readonly #tx: Tx;
  readonly #pending = new Map<string, Pending>();

  constructor(tx: Tx) {
    this.#tx = tx;
  }

  /** Where rows of a table are written, with these of the stage's columns in this order. */
  writer(table: LinkedTable, columns: readonly string[]): CopyBinaryWriter {
    const name = [table.dataset, ...columns].join();
    const known = this.#pending.get(name);
    if (known) return known.writer;
    const writer = new CopyBinaryWriter();
    this.#pending.set(name, { table, columns, writer });
    return writer;
  }

  /** Sends what has become much; to be called between two rows. */
  async sendFull(): Promise<void> {
    await this.#send(fullBytes);
  }

  /** Sends what is left. */
  async sendAll(): Promise<void> {
    await this.#send(1);
  }

  async #send(enoughBytes: number): Promise<void> {
    for (const { table, columns, writer } of this.#pending.values()) {
      if (writer.bytesSince(beginning) < enoughBytes) continue;
      const copy = new CopyIn(this.#tx, { table: stageName(table), columns });
      for (const chunk of writer.takeAll()) await copy.write(chunk);
      await copy.end();
    }
  }
}
