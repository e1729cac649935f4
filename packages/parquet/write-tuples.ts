import { BadInputError } from '#contracts/errors.js';
import type { CopyBinaryWriter } from '#database/copy/binary.js';
import type { Batch, FieldBatch } from './field-batch.js';

/** Tuples go to the writer in pieces of about this size, which stay in the processor's cache while they are made. */
const scratchBytes = 32 * 1024;
/** Used within one synchronous call only. */
let scratch = new Uint8Array(scratchBytes);
let view = new DataView(scratch.buffer);

/** Rows that may be longer are written one by one, each with as much as it takes. */
const maxScratchBytes = 256 * 1024;
/** Bytes, about, that are written before they can be sent. */
const maxStepBytes = 4 * 2 ** 20;
/** A row is held in memory as a whole, more than once on its way. */
const maxRowBytes = 32 * 2 ** 20;

/** Bytes of the number of fields, of `file_id` and of `ordinal`. */
const frameBytes = 2 + 12 + 8;

/**
 * Writes rows as tuples of binary COPY (`CopyBinaryWriter` names the format): the columns' fields, then `file_id`
 * (int8) and `ordinal` (int4), which is the row's number in the file. Returns how many rows were written: fewer than
 * are left where they are large, so that the memory for tuples is bounded although many rows may have one large entry.
 *
 * @param from the first row to write, counted from the first of the batch
 * @throws BadInputError `row-too-large`
 */
export function writeTuples(
  copy: CopyBinaryWriter,
  { fields: columns, count, firstRow }: Batch,
  from: number,
  fileId: bigint,
): number {
  const longest = columns.reduce((sum, column) => sum + Math.max(column.longest, 4), frameBytes);
  if (longest > maxScratchBytes) {
    let row = from;
    for (let written = 0; row < count && written < maxStepBytes; row++) {
      const bytes = rowBytes(columns, row);
      if (bytes > maxRowBytes) throw tooLarge(bytes, firstRow + row);
      if (bytes > scratch.length) resizeScratch(bytes);
      writeRows(copy, columns, row, row + 1, bytes, fileId, firstRow);
      written += bytes;
    }
    if (scratch.length > scratchBytes) resizeScratch(scratchBytes);
    return row - from;
  }
  const rows = Math.min(count - from, Math.ceil(maxStepBytes / longest));
  if (longest <= scratchBytes && columns.every(({ width }) => width > 0)) {
    writeEvenRows(copy, columns, from, from + rows, longest, fileId, firstRow);
    return rows;
  }
  if (longest > scratch.length) resizeScratch(longest);
  writeRows(copy, columns, from, from + rows, longest, fileId, firstRow);
  if (scratch.length > scratchBytes) resizeScratch(scratchBytes);
  return rows;
}

/** Writes the rows from `from` up to, not including, `to`, none of which takes more than `longest` bytes. */
function writeRows(
  copy: CopyBinaryWriter,
  columns: readonly FieldBatch[],
  from: number,
  to: number,
  longest: number,
  fileId: bigint,
  firstRow: number,
): void {
  const fields = columns.length + 2;
  const idHigh = Number(fileId >> 32n);
  const idLow = Number(BigInt.asIntN(32, fileId));
  let used = 0;
  for (let row = from; row < to; row++) {
    if (used + longest > scratch.length) {
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
}

/**
 * The same where all rows are equally long, `length` bytes: column by column, which takes half the time, and at once where
 * the tuples are to lie.
 */
function writeEvenRows(
  copy: CopyBinaryWriter,
  columns: readonly FieldBatch[],
  from: number,
  to: number,
  length: number,
  fileId: bigint,
  firstRow: number,
): void {
  const rowsAtOnce = Math.floor(scratchBytes / length);
  for (let row = from; row < to; row += rowsAtOnce) {
    const end = Math.min(to, row + rowsAtOnce);
    const { view: tuples, at } = copy.tuples((end - row) * length);
    writeFrames(tuples, at, length, columns.length + 2, fileId, firstRow + row, end - row);
    let offset = at + 2;
    for (const column of columns) {
      if (column.ascii) copyTexts(tuples, offset, length, column, row, end);
      else copyWords(tuples, offset, length, column, row, end);
      offset += column.width;
    }
  }
}

/** What stands before and behind the columns: the number of fields; `file_id` and `ordinal`. */
function writeFrames(
  tuples: DataView,
  at: number,
  length: number,
  fields: number,
  fileId: bigint,
  firstRow: number,
  count: number,
): void {
  const idHigh = Number(fileId >> 32n);
  const idLow = Number(BigInt.asIntN(32, fileId));
  for (let row = 0; row < count; row++) {
    const start = at + row * length;
    const behind = start + length - 20;
    tuples.setInt16(start, fields);
    tuples.setInt32(behind, 8);
    tuples.setInt32(behind + 4, idHigh);
    tuples.setInt32(behind + 8, idLow);
    tuples.setInt32(behind + 12, 4);
    tuples.setInt32(behind + 16, firstRow + row);
  }
}

/** Copies the fields of some rows of ASCII, eight bytes at a time; see `copyBytes`. */
function copyTexts(
  tuples: DataView,
  offset: number,
  length: number,
  { bytes, starts, picks, width }: FieldBatch,
  from: number,
  to: number,
): void {
  const wide = width & ~7;
  for (let row = from, into = offset; row < to; row++, into += length) {
    const start = starts[picks[row] ?? 0] ?? 0;
    let at = 0;
    for (; at < wide; at += 8) tuples.setFloat64(into + at, bytes.getFloat64(start + at, true), true);
    for (; at + 4 <= width; at += 4) tuples.setInt32(into + at, bytes.getInt32(start + at));
    for (; at < width; at++) tuples.setUint8(into + at, bytes.getUint8(start + at));
  }
}

/** Copies the fields of some rows, four bytes at a time. */
function copyWords(
  tuples: DataView,
  offset: number,
  length: number,
  { bytes, starts, picks, width }: FieldBatch,
  from: number,
  to: number,
): void {
  for (let row = from, into = offset; row < to; row++, into += length) {
    const start = starts[picks[row] ?? 0] ?? 0;
    let at = 0;
    for (; at + 4 <= width; at += 4) tuples.setInt32(into + at, bytes.getInt32(start + at));
    for (; at < width; at++) tuples.setUint8(into + at, bytes.getUint8(start + at));
  }
}

/** Bytes of the tuple of one row. */
function rowBytes(columns: readonly FieldBatch[], row: number): number {
  let bytes = frameBytes;
  for (const { starts, ends, picks } of columns) {
    const pick = picks[row] ?? 0;
    bytes += Math.max((ends[pick] ?? 0) - (starts[pick] ?? 0), 4);
  }
  return bytes;
}

function tooLarge(bytes: number, row: number): BadInputError {
  return new BadInputError(
    'row-too-large',
    `row ${row} (counted from 0) takes ${bytes} bytes, expected at most ${maxRowBytes}; shorten its texts`,
  );
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
    // Four at a time: rows of long texts are written a tenth faster.
    for (; from + 32 <= end; from += 32, to += 32) {
      view.setFloat64(to, source.getFloat64(from, true), true);
      view.setFloat64(to + 8, source.getFloat64(from + 8, true), true);
      view.setFloat64(to + 16, source.getFloat64(from + 16, true), true);
      view.setFloat64(to + 24, source.getFloat64(from + 24, true), true);
    }
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
