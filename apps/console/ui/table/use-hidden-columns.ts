import { useMemo } from 'react';
import { useSetting } from '../use-setting.js';
import type { Column } from './column.js';

/** The columns that the viewer does not want to see; kept in the browser. */
export function useHiddenColumns<T>(
  label: string,
  columns: readonly Column<T>[],
): readonly [readonly string[], (hidden: readonly string[]) => void] {
  const initial = useMemo(() => columns.filter(({ isExtra }) => isExtra === true).map(({ id }) => id), [columns]);
  return useSetting<readonly string[]>(`columns.${label}`, initial);
}
