import type { CopyBinaryWriter } from '#database/copy/binary.js';
import type { FieldBatch } from './field-batch.js';

/** Tuples go to the writer in pieces of about this size, which stay in the processor's cache while they are made. */
const scratchBytes = 32 * 1024;
/** Used within one synchronous call only. */
let scratch = new Uint8Array(scratchBytes);
let view = new DataView(scratch.buffer);

/** Bytes of the number of fields, of `file_id` and of `ordinal`. */
const frameBytes = 2 + 12 + 8;

/**
 * Writes rows as tuples of binary COPY (`CopyBinaryWriter` names the format): the columns' fields, then `file_id`
 * (int8) and `ordinal` (int4), which is the row's number in the file.
 */
export function writeTuples(
  copy: CopyBinaryWriter,
  columns: readonly FieldBatch[],
  count: number,
  fileId: bigint,
  firstRow: number,
): void {
  const fields = columns.length + 2;
  const idHigh = Number(fileId >> 32n);
  const idLow = Number(BigInt.asIntN(32, fileId));
  const rowBytes = columns.reduce((sum, { longest }) => sum + Math.max(longest, 4), frameBytes);
  if (rowBytes > scratch.length) resizeScratch(rowBytes);
  let used = 0;
  for (let row = 0; row < count; row++) {
    if (used + rowBytes > scratch.length) {
      copy.field(scratch.subarray(0, used));
      used = 0;
    }
    view.setInt16(used, fields);
    used += 2;
    for (const { bytes, starts, ends, picks, ascii } of columns) {
      const pick = picks[row] ?? 0;
      const end = ends[pick] ?? 0;
      if (end === 0) {
        view.setInt32(used, -1);
        used += 4;
      } else {
        used = copyBytes(bytes, starts[pick] ?? 0, end, used, ascii);
      }
    }
    view.setInt32(used, 8);
    view.setInt32(used + 4, idHigh);
    view.setInt32(used + 8, idLow);
    view.setInt32(used + 12, 4);
    view.setInt32(used + 16, firstRow + row);
    used += 20;
  }
  copy.field(scratch.subarray(0, used));
  if (scratch.length > scratchBytes) resizeScratch(scratchBytes);
}

/**
 * For some dozen bytes this beats `set`, which needs an object for the part, and a loop over single bytes.
 *
 * ASCII goes eight bytes at a time, as numbers that are never looked at. The bits of a double survive that unless it is
 * NaN, and it is not: as little-endian double, NaN has 0xf0 or more in its seventh byte, where ASCII has 0x7f at most;
 * the length before the text lies in the first four. (A bigint would do for all fields, but costs five times as much.)
 */
function copyBytes(source: DataView, start: number, end: number, into: number, ascii: boolean): number {
  let from = start;
  let to = into;
  if (ascii) {
    for (; from + 8 <= end; from += 8, to += 8) view.setFloat64(to, source.getFloat64(from, true), true);
  }
  for (; from + 4 <= end; from += 4, to += 4) view.setInt32(to, source.getInt32(from));
  for (; from < end; from++, to++) view.setUint8(to, source.getUint8(from));
  return to;
}

function resizeScratch(bytes: number): void {
  scratch = new Uint8Array(bytes);
  view = new DataView(scratch.buffer);
}
