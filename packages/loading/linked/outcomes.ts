import type { TimeSpan } from '#database/datasets/partitions.js';
import type { AwaitedRow, FileOutcome, RunFile } from '#database/ledger/outcomes.js';
import type { Obstacle } from '#database/linked/decide.js';
import type { ReadRejects } from './linked-json.js';

/** A file whose rows are staged. */
export interface Staged {
  readonly id: bigint;
  readonly file: RunFile;
  /** Loaded files whose rows it replaces: older versions of its path, and itself. */
  readonly replaces: readonly bigint[];
  /** What was not staged of it. */
  readonly rejects: ReadRejects;
}

/** The partitions that rows of a batch need are not there. */
export class MissingPartitions extends Error {
  override readonly name = 'MissingPartitions';
  readonly tables: readonly {
    readonly table: string;
    readonly spans: readonly TimeSpan[];
    readonly every: 'day' | 'month' | 'year';
  }[];

  constructor(tables: MissingPartitions['tables']) {
    super(`partitions of ${tables.map(({ table }) => table).join(', ')} are missing`);
    this.tables = tables;
  }
}

/** Rows that a reason names. */
const maxNamed = 5;

/** The outcome of a file that refers to rows which are not there. */
export function waitingOutcome({ file, rejects }: Staged, waitsFor: readonly AwaitedRow[]): FileOutcome {
  const named = waitsFor.slice(0, maxNamed).map(({ dataset, key }) => `${dataset} ${short(key)}`);
  const more = waitsFor.length > maxNamed ? ` and ${waitsFor.length - maxNamed} more` : '';
  const which = waitsFor.length === 1 ? 'which no loaded file has' : 'which no loaded files have';
  const [first] = rejects.kept;
  const own = first
    ? `; ${rejects.count} of its own rows cannot be taken, the first is row ${first.ordinal}: ${first.reason}`
    : '';
  return { kind: 'waits', file, reason: `waits for ${named.join(', ')}${more}, ${which}${own}`, waitsFor };
}

/** The outcome of a file that has a row whose key another file has already. */
export function takenOutcome({ file }: Staged, { dataset, key, other }: Obstacle): FileOutcome {
  const reason =
    `the ${dataset} ${short(key)} is in another file already: ${other.path} (file ${other.id}); ` +
    'give it an id of its own, or drop it in a new version of that file, and replay this one';
  return { kind: 'quarantined', file, code: 'id-taken', reason };
}

/** The outcome of a file that lacks rows which its older version had and others refer to. */
export function droppedOutcome({ file }: Staged, { dataset, key, other }: Obstacle): FileOutcome {
  const reason =
    `it has no ${dataset} ${short(key)} any more, to which rows of another file refer: ${other.path} (file ${other.id}); ` +
    'the rows of the version before stay; replace the other file first and replay this one, or put the row back';
  return { kind: 'quarantined', file, code: 'referenced', reason };
}

/** The outcome of a file whose bytes another file has, which lets the rows of its older version go, to which others refer. */
export function droppedByDuplicate(file: RunFile): FileOutcome {
  const reason =
    'its bytes are loaded from another file, and rows of other files refer to rows of the version before; those stay; ' +
    'replace the other files first and replay this one';
  return { kind: 'quarantined', file, code: 'referenced', reason };
}

/** The outcome of a file without a row that can be taken. */
export function noGoodRow({ file }: Staged, rejects: ReadRejects): FileOutcome {
  const [first] = rejects.kept;
  const reason =
    `not one of its ${rejects.count} rows can be loaded` +
    `${first ? `; row ${first.ordinal}: ${first.reason}` : ''}; mend the file and drop it again`;
  return { kind: 'quarantined', file, code: 'no-good-event', reason };
}

/** Most months in which a file may have rows: each gets a partition in each of its tables. */
export const maxMonths = 120;

/** The outcome of a file whose rows lie in too many months. */
export function tooManyMonths({ file }: Staged, dataset: string, months: number): FileOutcome {
  const reason =
    `its rows of ${dataset} lie in ${months} months, expected at most ${maxMonths}: a table has a partition per month; ` +
    'mend the timestamps, or split the file';
  return { kind: 'quarantined', file, code: 'too-many-months', reason };
}

const short = (key: string): string => (key.length > 80 ? `${[...key].slice(0, 80).join('')}…` : key);
