import { useRouterState } from '@tanstack/react-router';
import { type RefObject, useEffect } from 'react';

/** The path of the page that is shown; undefined until the first one is. */
let shown: string | undefined;

/**
 * Moves the focus to a page's title when one has gone there from another page, so that screen readers say where one is and the
 * tabulator goes on from there. The first page leaves it to the browser, and a change of filters where it is.
 */
export function useTitleFocus(title: RefObject<HTMLElement | null>): void {
  // Not the location: it is the new one already while the old page still waits for the script of the new one.
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  useEffect(() => {
    if (path === undefined) return;
    const isAnother = shown !== undefined && shown !== path;
    shown = path;
    // Somebody who opened the search meanwhile types there.
    if (isAnother && !document.activeElement?.closest('[role=dialog]')) title.current?.focus({ preventScroll: true });
  }, [path, title]);
}
