import type { Tx } from '../../pool.js';
import { fetchRows } from '../snapshot.js';

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Files that follow each other, with all ids between the first and the last that are wanted. */
export interface FileBundle {
  readonly ids: readonly string[];
  readonly first: string;
  readonly last: string;
}

/** Rows of the files that one statement looks through: at first, and at most once nothing has been found. */
const minRows = 20_000;
const maxRows = 1_000_000;
/** Files of a bundle at most, and of the list of files that are read at a time. */
const maxFiles = 2_000;

/**
 * Rows of files in their order, some at a time, within a snapshot. A large table has no index but BRIN on file_id, so no
 * statement may sort it: this goes through the files in bundles of ids, each a narrow range of pages. Bundles grow while
 * nothing is found.
 * @param files gives `id` and how many `rows` each file has about, by id
 * @param select the rows of a bundle, by file and position in it
 * @param count rows that are held at a time
 */
export async function* readByFiles<V>(
  tx: Tx,
  files: Statement,
  select: (bundle: FileBundle) => Statement,
  count: number,
): AsyncGenerator<V[][], void, undefined> {
  // A bundle is read to its end.
  await tx.query('SET LOCAL cursor_tuple_fraction = 1');
  const bundles = new Bundles();
  for await (const found of fetchRows<string>(tx, { cursor: 'files_to_read', ...files }, maxFiles)) {
    for (const [id = '', rows = '0'] of found) {
      const bundle = bundles.add(id, Number(rows));
      if (bundle) yield* readBundle<V>(tx, bundle, select, count, bundles);
    }
  }
  const rest = bundles.take();
  if (rest) yield* readBundle<V>(tx, rest, select, count, bundles);
}

async function* readBundle<V>(
  tx: Tx,
  bundle: FileBundle,
  select: (bundle: FileBundle) => Statement,
  count: number,
  bundles: Bundles,
): AsyncGenerator<V[][], void, undefined> {
  let found = false;
  for await (const rows of fetchRows<V>(tx, { cursor: 'rows_of_files', ...select(bundle) }, count)) {
    found = true;
    yield rows;
  }
  bundles.grow(!found);
}

/** Puts files together until they have rows enough. */
class Bundles {
  #ids: string[] = [];
  #rows = 0;
  #wanted = minRows;

  /** Adds a file. @returns the bundle that is full with it */
  add(id: string, rows: number): FileBundle | undefined {
    this.#ids.push(id);
    this.#rows += rows;
    return this.#rows >= this.#wanted || this.#ids.length >= maxFiles ? this.take() : undefined;
  }

  /** The files that were added since the last bundle, if there are any. */
  take(): FileBundle | undefined {
    const ids = this.#ids;
    const [first, last] = [ids[0], ids.at(-1)];
    this.#ids = [];
    this.#rows = 0;
    return first === undefined || last === undefined ? undefined : { ids, first, last };
  }

  /** Whether the next bundles may be larger. */
  grow(larger: boolean): void {
    this.#wanted = larger ? Math.min(maxRows, this.#wanted * 2) : minRows;
  }
}
