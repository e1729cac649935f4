import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Subject } from '../client/queries.js';

interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface LivePagesOptions<T> {
  readonly queryKey: readonly unknown[];
  /** Reads the page behind a cursor of the API, or the first one. */
  read(cursor: string | undefined, signal: AbortSignal): Promise<ListPage<T>>;
  idOf(item: T): string;
  /** What the entries are: they are read anew when some of these have changed. */
  readonly subject: Subject;
  /** So many pages are read anew; a longer list stands still until somebody goes back to its beginning. */
  readonly maxLivePages: number;
}

/** A list of the API that is read page by page, and anew when something of it has changed. */
export function useLivePages<T>({ queryKey, read, idOf, subject, maxLivePages }: LivePagesOptions<T>) {
  const queries = useQueryClient();
  const isLong = (queries.getQueryData<InfiniteData<ListPage<T>>>(queryKey)?.pages.length ?? 0) > maxLivePages;
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam === '' ? undefined : pageParam, signal),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { live: isLong ? [] : [subject] },
  });
  const data = pages.data?.pages;
  /** The entries of all pages, each once: pages that are read one after the other may overlap. */
  const rows = useMemo(() => {
    const byId = new Map<string, T>();
    for (const { items } of data ?? []) for (const item of items) byId.set(idOf(item), item);
    return [...byId.values()];
  }, [data, idOf]);
  /** Back to the first page, read anew. */
  const restart = (): void => {
    queries.setQueryData<InfiniteData<ListPage<T>>>(
      queryKey,
      (old) => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) },
    );
    void pages.refetch();
  };
  return { pages, rows, isLong, restart };
}
