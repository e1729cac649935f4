import type { FieldBatch } from '#parquet/field-batch.js';

/** A time as PostgreSQL stores it, microseconds since 2000-01-01 as an int64, in halves: no bigint is made per row. */
interface Halves {
  readonly high: number;
  /** Unsigned. */
  readonly low: number;
}

/** A day in units of 8,192 µs: of a time in int64, what is left of such units is an exact JavaScript number. */
const unitsPerDay = 10_546_875;

/** The differences between two times that the rows of a file have on a day. */
export class DifferenceCounts {
  /** Whole days, each once, and beside it how many rows have it. */
  readonly days: number[] = [];
  readonly rows: number[] = [];
  readonly #at = new Map<number, number>();
  /** Of the later time, also of rows that lack the other one. */
  least: Halves | undefined;
  greatest: Halves | undefined;

  /** Where a number of days is counted. */
  at(days: number): number {
    const known = this.#at.get(days);
    if (known !== undefined) return known;
    const at = this.days.length;
    this.#at.set(days, at);
    this.days.push(days);
    this.rows.push(0);
    return at;
  }

  /** Notes that a row has this later time. */
  see(time: Halves): void {
    if (this.least === undefined || isBefore(time, this.least)) this.least = time;
    if (this.greatest === undefined || isBefore(this.greatest, time)) this.greatest = time;
  }
}

/** Counts the days from one column to another, once for each pair of dictionary entries that follow one another. */
export class TimeDifferences {
  #from: object | undefined;
  #to: object | undefined;
  #counts: DifferenceCounts | undefined;
  #fromPick = -1;
  /** By entry of `to`: where its difference from the entry at hand is counted, -1 for no difference. */
  #slots = new Int32Array(0);
  /** By entry of `to`: the round in which that was found. */
  #rounds = new Int32Array(0);
  #round = 0;

  /** Counts the rows from `start` up to, not including, `end`. */
  add(from: FieldBatch, to: FieldBatch, start: number, end: number, counts: DifferenceCounts): void {
    const isKnown = from.dictionary !== undefined && from.dictionary === this.#from && to.dictionary === this.#to;
    if (!isKnown || to.dictionary === undefined || this.#counts !== counts) this.#begin(from, to, counts);
    const { rows } = counts;
    const [slots, rounds, fromPicks, toPicks] = [this.#slots, this.#rounds, from.picks, to.picks];
    let [lastPick, round] = [this.#fromPick, this.#round];
    for (let row = start; row < end; row++) {
      const fromPick = fromPicks[row] ?? 0;
      const toPick = toPicks[row] ?? 0;
      if (fromPick !== lastPick) {
        lastPick = fromPick;
        round += 1;
      }
      if (rounds[toPick] !== round) {
        rounds[toPick] = round;
        slots[toPick] = slotOf(from, fromPick, to, toPick, counts);
      }
      const slot = slots[toPick] ?? -1;
      if (slot >= 0) rows[slot] = (rows[slot] ?? 0) + 1;
    }
    this.#fromPick = lastPick;
    this.#round = round;
  }

  #begin(from: FieldBatch, to: FieldBatch, counts: DifferenceCounts): void {
    this.#from = from.dictionary;
    this.#to = to.dictionary;
    this.#counts = counts;
    this.#fromPick = -1;
    if (this.#slots.length >= to.starts.length) return;
    this.#slots = new Int32Array(to.starts.length);
    this.#rounds = new Int32Array(to.starts.length);
  }
}

function slotOf(from: FieldBatch, fromPick: number, to: FieldBatch, toPick: number, counts: DifferenceCounts): number {
  const later = timeOf(to, toPick);
  if (later === undefined) return -1;
  counts.see(later);
  const earlier = timeOf(from, fromPick);
  return earlier === undefined ? -1 : counts.at(daysBetween(earlier, later));
}

function timeOf({ bytes, starts, ends }: FieldBatch, pick: number): Halves | undefined {
  if (ends[pick] === 0) return undefined;
  // Behind the field's length (int32).
  const at = (starts[pick] ?? 0) + 4;
  return { high: bytes.getInt32(at), low: bytes.getUint32(at + 4) };
}

/** Rounded down. */
function daysBetween(from: Halves, to: Halves): number {
  const units = (to.high - from.high) * 0x8_0000 + (to.low >>> 13) - (from.low >>> 13);
  const isShort = (to.low & 8191) < (from.low & 8191);
  return Math.floor((isShort ? units - 1 : units) / unitsPerDay);
}

const isBefore = (a: Halves, b: Halves): boolean => a.high < b.high || (a.high === b.high && a.low < b.low);
