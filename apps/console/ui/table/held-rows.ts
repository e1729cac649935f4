import { useRef } from 'react';

export interface HeldRows<T> {
  readonly rows: readonly T[];
  /** Rows that are there by now, and not shown yet. */
  readonly newCount: number;
}

/**
 * The rows of a list that changes while it is read. Held, it keeps its rows and their order, each with its newest content;
 * rows that came meanwhile are counted, and those that are gone stay. What is added at the end (the next page) is shown.
 * @param of what the rows are those of, a filter for example: rows of something else are shown at once, held or not
 */
export function useHeldRows<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  isHeld: boolean,
  of?: string,
): HeldRows<T> {
  const shown = useRef<readonly T[]>(rows);
  const shownOf = useRef(of);
  if (!isHeld || shownOf.current !== of) {
    shown.current = rows;
    shownOf.current = of;
    return { rows, newCount: 0 };
  }
  const newest = new Map(rows.map((row) => [idOf(row), row]));
  const known = new Set(shown.current.map(idOf));
  const kept = shown.current.map((row) => newest.get(idOf(row)) ?? row);
  const lastId = shown.current.findLast((row) => newest.has(idOf(row)));
  const end = lastId === undefined ? 0 : rows.findIndex((row) => idOf(row) === idOf(lastId)) + 1;
  const added = rows.slice(end).filter((row) => !known.has(idOf(row)));
  if (added.length > 0 && end > 0) shown.current = [...kept, ...added];
  const newCount = rows.slice(0, end).filter((row) => !known.has(idOf(row))).length + (end === 0 ? rows.length : 0);
  return { rows: end > 0 ? [...kept, ...added] : kept, newCount };
}
