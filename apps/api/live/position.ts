import { createHash } from 'node:crypto';
import { type ChangeTable, changeTables } from '#database/changes/read-changes.js';
import { hasEnded, type Snapshot, toSnapshot } from '#database/changes/snapshot.js';

/**
 * How far a listener has heard: all that was committed by `until`. With `part`, of what was committed after `part.from` only
 * the rows up to one, in the order of tables and ids. What an event's id says.
 */
export interface Position {
  readonly until: Snapshot;
  /** Of `until`, in seconds since 1970 by the database's clock. */
  readonly seconds: number;
  readonly part?: Part | undefined;
}

interface Part {
  readonly from: Snapshot;
  /** Of `from`. */
  readonly seconds: number;
  readonly table: ChangeTable;
  readonly id: bigint;
}

/** What was committed after one moment and by another. */
interface Span {
  readonly from: Snapshot;
  /** Of `from`. */
  readonly seconds: number;
  readonly until: Snapshot;
  readonly end: Pick<Position, 'seconds'>;
}

/** What stands somewhere among the changes. */
export interface Standing {
  readonly table: ChangeTable;
  readonly id: bigint;
  readonly xid: bigint;
}

/** Whether a change comes after the position. */
export function isAfter({ until, part }: Position, change: Standing): boolean {
  if (!hasEnded(until, change.xid)) return true;
  return part !== undefined && !hasEnded(part.from, change.xid) && compare(change, part) > 0;
}

/** The order of changes that are committed by one moment. */
export function compare(a: Omit<Standing, 'xid'>, b: Omit<Standing, 'xid'>): number {
  const tables = changeTables.indexOf(a.table) - changeTables.indexOf(b.table);
  return tables !== 0 ? tables : Number(a.id - b.id);
}

/** Transactions under way that a position names. More than so many are cut off, see `cutSnapshot`. */
export const maxOpen = 256;
/** Characters of an id, more than two moments with so many transactions ever take. */
const maxLength = 6_000;

/** Of the format; the second one has a part. */
const whole = 1;
const partly = 2;

/**
 * The ids of one database: `base64url` of a byte for the kind, four that stand for the database's history, and numbers of
 * seven bits each (LEB128): each moment as its time, its end, how many transactions were under way, and the distances
 * between them from the end down. Of a part, table and id follow as text.
 */
export class Ids {
  readonly #origin: Buffer;

  /** @param origin see `readOrigin` */
  constructor(origin: string) {
    this.#origin = createHash('sha256').update(origin).digest().subarray(0, 4);
  }

  /** The id of a position. */
  write({ until, seconds, part }: Position): string {
    return part === undefined
      ? this.#text(whole, [until, seconds])
      : this.within({ ...part, until, end: { seconds } })(part);
  }

  /** The ids of changes that were committed after one moment and by another. */
  within({ from, seconds, until, end }: Span): (change: Omit<Standing, 'xid'>) => string {
    const text = this.#text(partly, [until, end.seconds], [from, seconds]);
    return ({ table, id }) => `${text}.${table}.${id}`;
  }

  /** The position of an id; undefined when it is none, or one of another database. */
  read(id: string): Position | undefined {
    if (id.length > maxLength) return undefined;
    const position = this.#read(id);
    // There is one way to write it.
    return position && this.write(position) === id ? position : undefined;
  }

  #read(id: string): Position | undefined {
    const match = /^([\w-]+)(?:\.(run|file|log)\.(\d{1,19}))?$/.exec(id);
    const [, text = '', tableName, rowId] = match ?? [];
    const table = changeTables.find((each) => each === tableName);
    const numbers = readNumbers(Buffer.from(text, 'base64url'), this.#origin, table === undefined ? whole : partly);
    if (!numbers) return undefined;
    const until = readMoment(numbers);
    if (!until || table === undefined || rowId === undefined)
      return until && { until: until.moment, seconds: until.seconds };
    const from = readMoment(numbers);
    const part = from && { from: from.moment, seconds: from.seconds, table, id: BigInt(rowId) };
    return part && { until: until.moment, seconds: until.seconds, part };
  }

  #text(kind: number, ...moments: readonly (readonly [Snapshot, number])[]): string {
    const numbers = moments.flatMap(([moment, seconds]) => [BigInt(seconds), ...numbersOf(moment)]);
    return Buffer.from([kind, ...this.#origin, ...numbers.flatMap(toBytes)]).toString('base64url');
  }
}

function numbersOf({ end, open }: Snapshot): bigint[] {
  const downwards = [end, ...open.toReversed()];
  return [end, BigInt(open.length), ...downwards.slice(1).map((xid, n) => (downwards[n] ?? xid) - xid)];
}

/** Seven bits of the number in each byte, the lowest first; the eighth says that more follow. */
function toBytes(number: bigint): number[] {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function readNumbers(bytes: Buffer, origin: Buffer, kind: number): Iterator<bigint, undefined> | undefined {
  if (bytes[0] !== kind || !bytes.subarray(1, 5).equals(origin)) return undefined;
  return numbersIn(bytes.subarray(5));
}

function* numbersIn(bytes: Buffer): Generator<bigint, undefined> {
  let number = 0n;
  let bits = 0n;
  for (const byte of bytes) {
    number |= BigInt(byte & 127) << bits;
    bits += 7n;
    if (byte > 127) continue;
    yield number;
    number = 0n;
    bits = 0n;
  }
  return undefined;
}

/** The year 4000 or so. */
const maxSeconds = 2n ** 36n;
/** Greatest number of a transaction that PostgreSQL's bigint holds. */
const maxXid = 2n ** 63n - 1n;

function readMoment(numbers: Iterator<bigint, undefined>): { moment: Snapshot; seconds: number } | undefined {
  const seconds = numbers.next().value;
  const end = numbers.next().value;
  const count = numbers.next().value;
  if (
    seconds === undefined ||
    seconds > maxSeconds ||
    end === undefined ||
    end > maxXid ||
    count === undefined ||
    count > maxOpen
  )
    return undefined;
  const open: bigint[] = [];
  let xid = end;
  for (let n = 0; n < count; n++) {
    const distance = numbers.next().value;
    if (distance === undefined || distance === 0n || distance > xid) return undefined;
    xid -= distance;
    open.unshift(xid);
  }
  return { moment: toSnapshot(end, open), seconds: Number(seconds) };
}
