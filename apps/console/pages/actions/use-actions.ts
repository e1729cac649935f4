import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../client/call.js';
import { type Action, listActions } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { actionFilters } from './action-filters.js';

const pageSize = 100;
/** So many pages are read anew from time to time; a longer list stands still. */
const maxLivePages = 3;

/** The actions that the address asks for, page by page, each once. */
export function useActions(texts: Texts) {
  const { from, ...others } = Object.fromEntries(
    actionFilters.flatMap(({ name }) => (texts[name] ? [[name, texts[name]]] : [])),
  );
  const pages = useInfiniteQuery({
    queryKey: ['actions', { from, ...others }],
    queryFn: ({ pageParam, signal }) =>
      call(
        listActions(
          { ...others, $from: from, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Actions have no events of their own.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > maxLivePages ? false : 10_000),
  });
  const data = pages.data?.pages;
  const rows = useMemo(() => {
    const byId = new Map<string, Action>();
    for (const { items } of data ?? []) for (const action of items) byId.set(action.id, action);
    return [...byId.values()];
  }, [data]);
  return { pages, rows, filter: JSON.stringify({ from, ...others }) };
}
