import type { Conditions } from '../queries/conditions.js';

/**
 * A moment of the database: which transactions had been committed. `xmin:xmax:xip,…` as PostgreSQL writes a pg_snapshot
 * ("System Information Functions", table 9.83): all below xmin had ended, none from xmax on had begun, and those listed were
 * under way.
 */
export interface Snapshot {
  readonly text: string;
  /** The first transaction that had not begun. */
  readonly end: bigint;
  /** Those that had begun and not ended. */
  readonly open: readonly bigint[];
}

/** What a statement selects to have the moment that it shows. */
export const snapshotSql = 'pg_current_snapshot()::text';

/** @throws RangeError when the text is no snapshot */
export function parseSnapshot(text: string): Snapshot {
  const match = /^(\d{1,19}):(\d{1,19}):((?:\d{1,19}(?:,\d{1,19})*)?)$/.exec(text);
  if (!match) throw new RangeError(`expected a snapshot like 10:12:10,11, got ${JSON.stringify(text)}`);
  const [, , end = '', open = ''] = match;
  return { text, end: BigInt(end), open: open === '' ? [] : open.split(',').map(BigInt) };
}

/** Whether a transaction had ended by a moment. */
export const hasEnded = ({ end, open }: Snapshot, xid: bigint): boolean => xid < end && !open.includes(xid);

/** Whether all that had ended by one moment had ended by the other. Of two moments of a server one is within the other. */
export const isWithin = (moment: Snapshot, other: Snapshot): boolean =>
  moment.end <= other.end && other.open.every((xid) => xid >= moment.end || moment.open.includes(xid));

/**
 * A moment with no more than so many transactions under way: as if those from the next one on had not begun. What they
 * have committed already is found later, once fewer are under way. Of two moments that were cut alike one is within the
 * other, as before.
 */
export function cutSnapshot(moment: Snapshot, maxOpen: number): Snapshot {
  const end = moment.open[maxOpen];
  return end === undefined ? moment : toSnapshot(end, moment.open.slice(0, maxOpen));
}

/** @param open ascending, each less than `end` */
export const toSnapshot = (end: bigint, open: readonly bigint[]): Snapshot => ({
  text: `${open[0] ?? end}:${end}:${open.join()}`,
  end,
  open,
});

/**
 * The condition on `xid` of rows that were committed since a moment: a row is seen once, whatever order transactions are
 * committed in, and long ones hold up nobody. For rows that are never updated.
 * @param column with the table's name where that is needed
 */
export function whenSince(where: Conditions, since: Snapshot, column = 'xid'): void {
  where.when(
    String(since.end),
    (end) => `${column} >= ${end}::bigint OR ${column} = ANY (${where.param(since.open.map(String))}::bigint[])`,
  );
}
