import { doubledRowsOf, expiryCountsOf, rowsPerSampleFile, sampleIndex } from './data-sample-oracles.js';

/**
 * Rows of data-sample files as the real ones are (formats): 100 departments, 1,876 sensors of which each belongs to one
 * department, 1,000 products, expiry 87 to 89 days after `create_at`.
 */

const departmentCount = 100;
const sensorCount = 1876;
const productCount = 1000;
/** 1,914 rows are 1,876 sensors once each, 32 of them twice and 3 thrice. */
const twiceCount = 32;
const thriceCount = 3;

/** Which rows: the same ones give the same rows. */
export interface SampleRowsOptions {
  /** The file's minute, read as UTC wall clock; `create_at` of all its rows. */
  readonly minute: Date;
  /** Files of one seed share departments, sensors and products. */
  readonly seed: number;
  /** {@link rowsPerSampleFile} if not given; only files of that length keep to `sampleOracles`. */
  readonly rows?: number;
}

/** The names that all files of one seed draw from. */
export interface SampleNames {
  readonly departments: readonly string[];
  readonly sensors: readonly string[];
  /** Index of each sensor's department. */
  readonly departmentOfSensor: Uint8Array;
  readonly products: readonly string[];
}

/** The rows of one file, column by column. */
export interface SampleRows {
  readonly names: SampleNames;
  /** Index of each row's sensor. */
  readonly sensors: Uint16Array;
  /** Index of each row's product. */
  readonly products: Uint16Array;
  /** Days from `create_at` to `product_expire`: 87, 88 or 89. */
  readonly expiryDays: Uint8Array;
}

/** Makes the rows of one file, in random order. */
export function sampleRows({ minute, seed, rows = rowsPerSampleFile }: SampleRowsOptions): SampleRows {
  const names = namesOf(seed);
  const index = sampleIndex(minute);
  const random = randomFrom(seed ^ Math.floor(minute.getTime() / 60_000));
  const made = {
    names,
    sensors: pickSensors(rows, random),
    products: new Uint16Array(rows).map(() => random(productCount)),
    expiryDays: shuffledExpiries(index, rows, random),
  };
  if (rows === rowsPerSampleFile) fixDoubles(made, doubledRowsOf(index) > 0, random);
  return inRandomOrder(made, random);
}

/** Every sensor before any comes again; in a usual file the first 32 of the order come twice and 3 more thrice. */
function pickSensors(rows: number, random: Random): Uint16Array {
  const picked = new Uint16Array(rows);
  for (let used = 0; used < rows; ) {
    const order = shuffled(
      Uint16Array.from({ length: sensorCount }, (_, sensor) => sensor),
      random,
    );
    const again = order.subarray(0, twiceCount + thriceCount);
    for (const part of [order, again, again.subarray(twiceCount)]) {
      // Cut here: the extra rows of a shorter file would else push out whole sensors.
      picked.set(part.subarray(0, rows - used), used);
      used = Math.min(rows, used + part.length);
    }
  }
  return picked;
}

function shuffledExpiries(index: number, rows: number, random: Random): Uint8Array {
  const counts = expiryCountsOf(index, rows);
  const days = new Uint8Array(rows).fill(87).fill(88, 0, counts[88]);
  return shuffled(days.fill(89, counts[88], counts[88] + counts[89]), random);
}

/**
 * Sees to it that rows of the same sensor differ in product or expiry, but for one pair where that is wanted. Works on
 * the order of `pickSensors`; leaves the number of rows of each expiry as it is.
 */
function fixDoubles({ sensors, products, expiryDays }: SampleRows, wanted: boolean, random: Random): void {
  if (wanted) makeEqual(products, expiryDays);
  const isDouble = (a: number, b: number): boolean =>
    sensors[a] === sensors[b] && products[a] === products[b] && expiryDays[a] === expiryDays[b];
  for (let row = wanted ? sensorCount + 1 : sensorCount; row < sensors.length; row++) {
    let other = 0;
    while (other < row) {
      if (isDouble(row, other)) {
        products[row] = random(productCount);
        other = 0;
      } else {
        // Beyond the sensors that come again, the first round has each once.
        other = other === twiceCount + thriceCount - 1 ? sensorCount : other + 1;
      }
    }
  }
}

/** Makes the second row of the first sensor equal to its first one, by a swap with a row of a sensor that comes once. */
function makeEqual(products: Uint16Array, expiryDays: Uint8Array): void {
  const first = 0;
  const second = sensorCount;
  const days = expiryDays[first] ?? 0;
  const donor = expiryDays.indexOf(days, twiceCount + thriceCount);
  expiryDays[donor] = expiryDays[second] ?? 0;
  expiryDays[second] = days;
  products[second] = products[first] ?? 0;
}

function inRandomOrder({ names, sensors, products, expiryDays }: SampleRows, random: Random): SampleRows {
  const order = shuffled(countUp(sensors.length), random);
  return {
    names,
    sensors: sensors.map((_, row) => sensors[order[row] ?? 0] ?? 0),
    products: products.map((_, row) => products[order[row] ?? 0] ?? 0),
    expiryDays: expiryDays.map((_, row) => expiryDays[order[row] ?? 0] ?? 0),
  };
}

function countUp(count: number): Uint32Array {
  return new Uint32Array(count).map((_, index) => index);
}

let lastNames: { readonly seed: number; readonly names: SampleNames } | undefined;

function namesOf(seed: number): SampleNames {
  if (lastNames?.seed === seed) return lastNames.names;
  const random = randomFrom(seed);
  const names: SampleNames = {
    departments: distinctWords(departmentCount, 32, random),
    sensors: distinctWords(sensorCount, 64, random),
    // The first hundred sensors make sure that every department has one.
    departmentOfSensor: Uint8Array.from({ length: sensorCount }, (_, i) =>
      i < departmentCount ? i : random(departmentCount),
    ),
    products: distinctWords(productCount, 16, random),
  };
  lastNames = { seed, names };
  return names;
}

function distinctWords(count: number, length: number, random: Random): string[] {
  const words = new Set<string>();
  while (words.size < count) {
    words.add(Array.from({ length }, () => String.fromCharCode(97 + random(26))).join(''));
  }
  return [...words];
}

/** Fisher and Yates' shuffle, in place. */
function shuffled<T extends Uint8Array | Uint16Array | Uint32Array>(items: T, random: Random): T {
  for (let left = items.length; left > 1; left--) {
    const other = random(left);
    const item = items[left - 1] ?? 0;
    items[left - 1] = items[other] ?? 0;
    items[other] = item;
  }
  return items;
}

/** A whole number from 0 to below the bound. */
type Random = (bound: number) => number;

/** The same for the same seed: the SplitMix32 sequence. */
function randomFrom(seed: number): Random {
  let state = seed | 0;
  return (bound) => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return Math.floor(((mixed >>> 0) / 0x1_0000_0000) * bound);
  };
}
