/**
 * How many rows of each kind the data sample's files hold (formats: 43,201 files, one per minute from 2023-01-01 00:00
 * on; its counts by expiry and of doubled rows), allotted to single files so that any run of them is known in advance:
 * the file of index i gets what a share of i + 1 files has more than one of i files, rounded.
 */

/** Start of the file of index 0. */
export const firstSampleMinute = Date.UTC(2023, 0, 1);
export const millisPerMinute = 60_000;

/** Rows of a file as the real ones are. */
export const rowsPerSampleFile = 1914;
/** Files of the whole data sample, 2023-01-01 00:00 to 2023-01-31 00:00. */
export const wholeSampleFiles = 43_201;

const wholeExpire89 = 27_559_540;
const wholeExpire88 = 27_568_374;
const wholeDoubled = 612;

/** Rows of one file by days from `create_at` to `product_expire`. */
export interface ExpiryCounts {
  readonly 87: number;
  readonly 88: number;
  readonly 89: number;
}

/** What queries over loaded files must answer. */
export interface SampleOracles {
  readonly files: number;
  readonly rows: number;
  /** Rows that differ in a column of the file: all but the planted copies of another row. */
  readonly distinctRows: number;
  /** Rows by days from `create_at` to `product_expire`. */
  readonly expire87: number;
  readonly expire88: number;
  readonly expire89: number;
  /** Rows by the day of `create_at`, as `2023-01-01`. */
  readonly rowsPerDay: ReadonlyMap<string, number>;
}

/** The index of the file of a minute: 0 is the first of the data sample, earlier minutes are negative. */
export function sampleIndex(minute: Date): number {
  return Math.floor((minute.getTime() - firstSampleMinute) / millisPerMinute);
}

/** The minute of the file of an index. */
export function sampleMinute(index: number): Date {
  return new Date(firstSampleMinute + index * millisPerMinute);
}

/**
 * What files of {@link rowsPerSampleFile} rows hold together: the oracles of the formats page for all
 * {@link wholeSampleFiles} from index 0, their share for fewer.
 */
export function sampleOracles(files: number, startIndex = 0): SampleOracles {
  const end = startIndex + files;
  const rows = files * rowsPerSampleFile;
  const expire88 = roundedShare(wholeExpire88, end) - roundedShare(wholeExpire88, startIndex);
  const expire89 = roundedShare(wholeExpire89, end) - roundedShare(wholeExpire89, startIndex);
  const doubled = roundedShare(wholeDoubled, end) - roundedShare(wholeDoubled, startIndex);
  const rowsPerDay = new Map<string, number>();
  for (let index = startIndex; index < end; index++) {
    const day = sampleMinute(index).toISOString().slice(0, 10);
    rowsPerDay.set(day, (rowsPerDay.get(day) ?? 0) + rowsPerSampleFile);
  }
  return {
    files,
    rows,
    distinctRows: rows - doubled,
    expire87: rows - expire88 - expire89,
    expire88,
    expire89,
    rowsPerDay,
  };
}

/** How one file's rows divide by expiry; files of another length than the usual one get the overall proportions. */
export function expiryCountsOf(index: number, rows: number): ExpiryCounts {
  const wholeRows = wholeSampleFiles * rowsPerSampleFile;
  const usual = rows === rowsPerSampleFile;
  const count88 = usual ? shareOf(wholeExpire88, index) : Math.floor((rows / wholeRows) * wholeExpire88);
  const count89 = usual ? shareOf(wholeExpire89, index) : Math.floor((rows / wholeRows) * wholeExpire89);
  return { 87: rows - count88 - count89, 88: count88, 89: count89 };
}

/** How many rows of a usual file are exact copies of another row of it: 0 or 1. */
export function doubledRowsOf(index: number): number {
  return shareOf(wholeDoubled, index);
}

function shareOf(whole: number, index: number): number {
  return roundedShare(whole, index + 1) - roundedShare(whole, index);
}

/** What the first `files` files have of a whole. Rounded up, so that already the first file has a doubled row. */
function roundedShare(whole: number, files: number): number {
  return Math.ceil((whole * files) / wholeSampleFiles);
}
