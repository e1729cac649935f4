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
  /** Whether all entries are texts of ASCII. */
  ascii: boolean;
}

/** Room for the picks of so many rows; the rest comes from who fills it. */
export function newFieldBatch(rows: number): FieldBatch {
  const none = new Uint32Array(0);
  return {
    bytes: new DataView(new ArrayBuffer(0)),
    starts: none,
    ends: none,
    picks: new Uint32Array(rows),
    longest: 0,
    ascii: false,
  };
}
