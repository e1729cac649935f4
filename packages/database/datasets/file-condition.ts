import { escapeIdentifier } from 'pg';

/** Most ranges of ids in one condition; each is a search of the index by file of every partition. */
const maxRanges = 16;

interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

/**
 * A condition that selects the rows of some files, by ranges of ids. Plain `= ANY` makes PostgreSQL search a BRIN index
 * once per id, or read whole tables instead; batches are mostly stretches of ids, and a range is one search.
 * @param column of the file's id
 */
export function fileCondition(column: string, fileIds: readonly bigint[]): string {
  if (fileIds.length === 0) return 'false';
  const name = escapeIdentifier(column);
  const ids = [...new Set(fileIds)].sort((a, b) => (a < b ? -1 : 1));
  const stretches = stretchesOf(ids);
  const ranges = joinNearest(stretches);
  const within = ranges.map(({ from, to }) => `${name} BETWEEN ${from} AND ${to}`).join(' OR ');
  // The sum keeps the list out of the search of the index; it is a filter, which PostgreSQL hashes.
  return ranges.length === stretches.length ? `(${within})` : `(${within}) AND ${name} + 0 = ANY('{${ids}}'::bigint[])`;
}

/** Ascending ids as ranges without a gap. */
function stretchesOf(ids: readonly bigint[]): Range[] {
  const stretches: Range[] = [];
  for (const id of ids) {
    const last = stretches.at(-1);
    if (last && last.to + 1n === id) stretches[stretches.length - 1] = { from: last.from, to: id };
    else stretches.push({ from: id, to: id });
  }
  return stretches;
}

/** Joins the ranges with the smallest gaps between them until few enough are left. */
function joinNearest(ranges: readonly Range[]): readonly Range[] {
  if (ranges.length <= maxRanges) return ranges;
  const gaps = ranges.slice(1).map((range, index) => range.from - (ranges[index]?.to ?? 0n));
  const kept = new Set(
    gaps
      .map((gap, index) => ({ gap, index }))
      .sort((a, b) => (a.gap > b.gap ? -1 : a.gap < b.gap ? 1 : a.index - b.index))
      .slice(0, maxRanges - 1)
      .map(({ index }) => index),
  );
  const joined: Range[] = [];
  for (const [index, range] of ranges.entries()) {
    const last = joined.at(-1);
    if (last && !kept.has(index - 1)) joined[joined.length - 1] = { from: last.from, to: range.to };
    else joined.push(range);
  }
  return joined;
}
