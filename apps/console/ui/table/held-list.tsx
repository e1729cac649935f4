import { Anchor, Button, Text } from '@mantine/core';
import { type RefCallback, useRef, useState } from 'react';
import { countOf } from '../format.js';
import { useHold } from './use-hold.js';

export interface HeldRows<T> {
  readonly rows: readonly T[];
  /** Rows that are there by now, and not shown yet. */
  readonly newCount: number;
  /** Shows them, at the top of the page. */
  showNew(): void;
}

export interface HeldList<T> extends HeldRows<T> {
  /** Of the part of the page that shows the list: while somebody reads or uses it, no row moves. */
  readonly part: RefCallback<HTMLDivElement>;
}

/**
 * The rows of a list that changes while it is read. Held, it keeps its rows and their order, each with its newest content;
 * rows that came meanwhile are counted, and those that are gone stay. What is added at the end (the next page) is shown.
 * @param of what the rows are those of, a filter for example: rows of something else are shown at once, held or not; undefined
 * while they are still those of another filter
 */
export function useHeldList<T>(rows: readonly T[], idOf: (row: T) => string, of: string | undefined): HeldList<T> {
  const [part, isHeld] = useHold<HTMLDivElement>();
  return { part, ...useHeldRows(rows, idOf, of, isHeld) };
}

/** As useHeldList, where the page says itself whether somebody reads. */
export function useHeldRows<T>(
  rows: readonly T[],
  idOf: (row: T) => string,
  of: string | undefined,
  isHeld: boolean,
): HeldRows<T> {
  // How often somebody asked to see what is new, which is asked for within what is held.
  const [round, setRound] = useState(0);
  const shown = useRef<readonly T[]>(rows);
  const shownOf = useRef<string>(undefined);
  const showNew = (): void => {
    setRound(round + 1);
    window.scrollTo({ top: 0 });
  };
  const key = of === undefined ? undefined : `${round} ${of}`;
  if (!isHeld || key === undefined || shownOf.current !== key || shown.current.length === 0) {
    shown.current = rows;
    shownOf.current = key;
    return { rows, newCount: 0, showNew };
  }
  const newest = new Map(rows.map((row) => [idOf(row), row]));
  const known = new Set(shown.current.map(idOf));
  const kept = shown.current.map((row) => newest.get(idOf(row)) ?? row);
  const lastId = shown.current.findLast((row) => newest.has(idOf(row)));
  const end = lastId === undefined ? 0 : rows.findIndex((row) => idOf(row) === idOf(lastId)) + 1;
  const added = rows.slice(end).filter((row) => !known.has(idOf(row)));
  if (added.length > 0 && end > 0) shown.current = [...kept, ...added];
  const newCount = rows.slice(0, end).filter((row) => !known.has(idOf(row))).length + (end === 0 ? rows.length : 0);
  return { rows: end > 0 ? [...kept, ...added] : kept, newCount, showNew };
}

/** Says how many rows came while the list was held, and shows them. */
export function NewRows({ count, what, onShow }: { readonly count: number; readonly what: string; onShow(): void }) {
  return (
    <span role="status">
      {count > 0 && (
        <Button variant="light" size="compact-xs" onClick={onShow}>
          Show {countOf(count, `new ${what}`)}
        </Button>
      )}
    </span>
  );
}

/** Says that a list is too long to be read anew at each change, and leads back to its beginning. */
export function StandingStill({ isLong, onRestart }: { readonly isLong: boolean; onRestart(): void }) {
  if (!isLong) return null;
  return (
    <Text size="xs" c="dimmed">
      A long list stands still.{' '}
      <Anchor component="button" type="button" size="xs" onClick={onRestart}>
        Back to its beginning, live
      </Anchor>
    </Text>
  );
}
