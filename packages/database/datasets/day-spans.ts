import { BadInputError } from '#contracts/errors.js';
import type { TimeSpan } from './partitions.js';

/** Each day may become a partition; more than a year of them in one file is a mistake. */
const maxDays = 366;

const microsPerDay = 86_400_000_000n;
/** From 1970-01-01 to 2000-01-01, where PostgreSQL's time starts. */
const pgEpochMicros = 946_684_800_000_000n;

/** A day in units of 8,192 µs: of a time in int64, what is left of such units is an exact JavaScript number. */
const unitsPerDay = 10_546_875;

/** One day of those seen. Times within a day are microseconds and exact JavaScript numbers. */
interface SeenDay {
  readonly day: number;
  least: number;
  greatest: number;
}

/** The least and the greatest time of each day that occurs in a column, without a bigint per row. */
export class DaySpans {
  readonly #column: string;
  readonly #days = new Map<number, SeenDay>();
  #current: SeenDay | undefined;

  /** @param column its name in the file, for errors */
  constructor(column: string) {
    this.#column = column;
  }

  /**
   * Takes a time.
   * @param epochMicros microseconds since 1970-01-01 00:00:00
   * @throws BadInputError `too-many-days` (more than 366)
   */
  add(epochMicros: bigint): void {
    const micros = epochMicros - pgEpochMicros;
    this.addHalves(Number(micros >> 32n), Number(BigInt.asUintN(32, micros)));
  }

  /**
   * The same without a bigint, from the halves of the int64 that PostgreSQL stores: microseconds since 2000-01-01.
   * @param low unsigned
   */
  addHalves(high: number, low: number): void {
    const units = high * 0x8_0000 + (low >>> 13);
    const day = Math.floor(units / unitsPerDay);
    const time = (units - day * unitsPerDay) * 8192 + (low & 8191);
    const seen = this.#current?.day === day ? this.#current : this.#days.get(day);
    this.#current = seen ?? this.#begin(day, time);
    if (time < this.#current.least) this.#current.least = time;
    if (time > this.#current.greatest) this.#current.greatest = time;
  }

  /** Ascending. */
  toSpans(): TimeSpan[] {
    return [...this.#days.values()]
      .sort((a, b) => a.day - b.day)
      .map(({ day, least, greatest }) => {
        const start = BigInt(day) * microsPerDay + pgEpochMicros;
        return { from: start + BigInt(least), to: start + BigInt(greatest) };
      });
  }

  #begin(day: number, time: number): SeenDay {
    const seen = { day, least: time, greatest: time };
    this.#days.set(day, seen);
    if (this.#days.size > maxDays) {
      const message = `${this.#column} covers more than ${maxDays} days; split the file by day`;
      throw new BadInputError('too-many-days', message);
    }
    return seen;
  }
}
