/**
 * Fields of some rows of a column. Row `i` has the entry `picks[i]`; an entry has the bytes from `starts` to `ends`, or
 * no value where its end is 0. Several rows may have one entry.
 */
export interface FieldBatch {
  bytes: DataView;
  starts: Uint32Array;
  ends: Uint32Array;
  picks: Uint32Array;
  /** Bytes of the longest entry. */
  longest: number;
  /** Bytes of each row's field, where every row has a value and all are equally long; else 0. */
  width: number;
  /** Whether all entries are texts of ASCII. */
  ascii: boolean;
  /** The dictionary whose entries these are; while it is the same, so are `starts` and `ends`. */
  dictionary: object | undefined;
}

const noBytes = new DataView(new ArrayBuffer(0));

/** Lets go of the page that holds the fields; there are none until the batch is filled again. */
export function emptyFieldBatch(batch: FieldBatch): void {
  batch.bytes = noBytes;
  batch.dictionary = undefined;
}

/** Room for the picks of `rows` rows; the caller fills it. */
export function newFieldBatch(rows: number): FieldBatch {
  const none = new Uint32Array(0);
  return {
    bytes: noBytes,
    starts: none,
    ends: none,
    picks: new Uint32Array(rows),
    longest: 0,
    width: 0,
    ascii: false,
    dictionary: undefined,
  };
}

/** Some rows: the COPY fields of each column asked for. */
export interface Batch {
  /** Number in the file, counted from 0. */
  readonly firstRow: number;
  readonly count: number;
  readonly fields: readonly FieldBatch[];
}
