/** Reads binary COPY data back into rows of raw fields, for tests of what `CopyBinaryWriter` writes. */

const headerBytes = 19;

/**
 * The tuples of whole COPY data, NULL as `null`.
 *
 * @throws Error when the frame is not as the PostgreSQL manual says (see `binary.ts`)
 */
export function parseCopyData(data: Buffer): (Buffer | null)[][] {
  if (data.toString('latin1', 0, 11) !== 'PGCOPY\n\xff\r\n\0') throw new Error('expected the signature of COPY data');
  const rows: (Buffer | null)[][] = [];
  let at = headerBytes;
  while (true) {
    const fields = data.readInt16BE(at);
    at += 2;
    if (fields === -1) break;
    const row: (Buffer | null)[] = [];
    for (let i = 0; i < fields; i++) {
      const length = data.readInt32BE(at);
      at += 4;
      row.push(length === -1 ? null : data.subarray(at, at + length));
      at += Math.max(length, 0);
    }
    rows.push(row);
  }
  if (at !== data.length) throw new Error(`expected the data to end at byte ${at}, it has ${data.length}`);
  return rows;
}
