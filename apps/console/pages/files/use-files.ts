import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../client/call.js';
import {
  type FilePage,
  type File as FileRow,
  getLoadSeries,
  listFileReasons,
  listFiles,
  listTasks,
} from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';

const pageSize = 100;
/** So many pages are read anew when something has changed; a longer list stands still until one goes back to its beginning. */
const maxLivePages = 3;

/** The filters of the address that the API knows. */
export const queryOf = ({ state, source, code, path, runId, waiting }: Texts) => ({
  ...(state ? { state } : {}),
  ...(source ? { source } : {}),
  ...(code ? { code } : {}),
  ...(path ? { path } : {}),
  ...(runId ? { runId } : {}),
  ...(waiting ? { waiting: waiting === 'true' } : {}),
});

/** The files that the address asks for, page by page, each once. */
export function useFiles(wanted: Texts) {
  const queries = useQueryClient();
  const filter = queryOf(wanted);
  const queryKey = ['files', filter] as const;
  const isLong = (queries.getQueryData<InfiniteData<FilePage>>(queryKey)?.pages.length ?? 0) > maxLivePages;
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call(listFiles({ ...filter, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) }, { signal })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { live: isLong ? [] : ['files'] },
  });
  const data = pages.data?.pages;
  const rows = useMemo(() => {
    const byId = new Map<string, FileRow>();
    for (const { items } of data ?? []) for (const file of items) byId.set(file.id, file);
    return [...byId.values()];
  }, [data]);
  /** Back to the first page, read anew. */
  const restart = (): void => {
    queries.setQueryData<InfiniteData<FilePage>>(
      queryKey,
      (old) => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) },
    );
    void pages.refetch();
  };
  return { pages, rows, isLong, restart };
}

/** The sources of the catalogue: which names they take, and which task loads them. */
export const useSources = () =>
  useQuery({
    queryKey: ['tasks'],
    queryFn: ({ signal }) => call(listTasks({ signal })),
    staleTime: 60_000,
    select: ({ items }) => items.flatMap(({ name, source }) => (source === null ? [] : [{ ...source, task: name }])),
  });

/** Quarantined files by source and kind of fault. */
export const useReasons = () =>
  useQuery({
    queryKey: ['file-reasons'],
    queryFn: ({ signal }) => call(listFileReasons({ signal })),
    meta: { live: ['files'] },
  });

/** What was loaded within a time, by source. */
export const useLoadSeries = (span: 'day' | 'month', source: string | undefined) =>
  useQuery({
    queryKey: ['load-series', span, source],
    queryFn: ({ signal }) =>
      call(getLoadSeries({ grain: span === 'day' ? 'hour' : 'day', ...(source ? { source } : {}) }, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
