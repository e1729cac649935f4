import { type InfiniteData, keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../client/call.js';
import { countRuns, getRunSeries, listRuns, type Run, type RunPage } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { filterOf, type RunFilter } from './run-filter.js';

const pageSize = 100;
/** So many pages are read anew when something has changed; a longer list stands still until somebody goes back to its beginning. */
const maxLivePages = 3;

const sorts = ['createdAt', 'startedAt', 'endedAt', 'durationMs'].flatMap((name) => [name, `-${name}`]);
type Sort = NonNullable<Parameters<typeof listRuns>[0]['sort']>;
const isSort = (text: string): text is Sort => sorts.includes(text);

const toQuery = ({ from, ...filter }: RunFilter) => ({ ...filter, $from: from });

/** The runs that the address asks for, page by page. */
export function useRuns(wanted: Texts, sort: string) {
  const order: Sort = isSort(sort) ? sort : '-createdAt';
  const queries = useQueryClient();
  const queryKey = ['runs', wanted, order] as const;
  const pageCount = queries.getQueryData<InfiniteData<RunPage>>(queryKey)?.pages.length ?? 0;
  const isLong = pageCount > maxLivePages;
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call(
        listRuns(
          {
            ...toQuery(filterOf(wanted)),
            sort: order,
            limit: pageSize,
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { live: isLong ? [] : ['runs'] },
  });
  /** Back to the first page, read anew. */
  const restart = (): void => {
    queries.setQueryData<InfiniteData<RunPage>>(
      queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    void pages.refetch();
  };
  return { pages, isLong, restart };
}

/** The rows of all pages that were read, each run once. */
export function useRows(pages: readonly { readonly items: readonly Run[] }[] | undefined): readonly Run[] {
  return useMemo(() => {
    const byId = new Map<string, Run>();
    for (const { items } of pages ?? []) for (const run of items) byId.set(run.id, run);
    return [...byId.values()];
  }, [pages]);
}

/** How many runs of each state there are of those that the other filters find. */
export const useStateCounts = (wanted: Texts) => {
  const { state: _, ...others } = wanted;
  return useQuery({
    queryKey: ['run-counts', others],
    queryFn: ({ signal }) => call(countRuns({ ...toQuery(filterOf(others)), by: 'state' }, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['runs'] },
  });
};

/**
 * What the chart can show of the filters: the API counts over time by task, state, trigger and time only. Without a first
 * moment it counts the last 24 hours.
 */
export const useSeries = (wanted: Texts) => {
  const { task, state, trigger } = wanted;
  const { to } = wanted;
  return useQuery({
    queryKey: ['run-series', { task, state, trigger, from: wanted['from'], to, since: wanted['since'] }],
    queryFn: ({ signal }) => {
      const { from } = filterOf(wanted);
      return call(
        getRunSeries(
          {
            ...(task ? { task } : {}),
            ...(state ? { state } : {}),
            ...(trigger ? { trigger } : {}),
            ...(from === undefined ? {} : { $from: from }),
            ...(to === undefined ? {} : { to }),
          },
          { signal },
        ),
      );
    },
    placeholderData: keepPreviousData,
    meta: { live: ['runs'] },
  });
};
