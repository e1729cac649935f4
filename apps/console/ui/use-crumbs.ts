import { useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Texts } from '../shell/search-text.js';

/** A page that one came from: the list of what this page is one of. */
export interface Crumb {
  readonly to: string;
  readonly label: string;
  /** The filters that it leads to; those that one had there last if not given. */
  readonly search?: Texts;
}

/** What each list was narrowed by when it was last seen in this window, by its path. */
const seen = new Map<string, Texts>();

/** The ways back from a page. A page without any is a list: what it is narrowed by is kept for the way back to it. */
export function useCrumbs(crumbs: readonly Crumb[]): readonly Required<Crumb>[] {
  // The location that is shown, see useTitleFocus.
  const shown = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation });
  const isList = crumbs.length === 0;
  useEffect(() => {
    if (isList && shown) seen.set(shown.pathname, shown.search);
  }, [isList, shown]);
  return crumbs.map((crumb) => ({ ...crumb, search: crumb.search ?? seen.get(crumb.to) ?? {} }));
}
