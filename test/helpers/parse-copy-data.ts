/** Reads tuples of binary COPY back into rows of raw fields, for tests of what `CopyBinaryWriter` writes. */

/** The tuples' fields, NULL as `null`. @throws RangeError when the last tuple is cut off */
export function parseCopyData(data: Buffer): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = [];
  let at = 0;
  while (at < data.length) {
    const fields = data.readInt16BE(at);
    at += 2;
    const row: (Buffer | null)[] = [];
    for (let i = 0; i < fields; i++) {
      const length = data.readInt32BE(at);
      at += 4;
      row.push(length === -1 ? null : data.subarray(at, at + length));
      at += Math.max(length, 0);
    }
    rows.push(row);
  }
  if (at !== data.length) throw new RangeError(`expected the data to end at byte ${at}, it has ${data.length}`);
  return rows;
}
