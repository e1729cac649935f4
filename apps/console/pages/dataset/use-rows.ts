import { runtime } from '@oazapfts/runtime';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type DatasetDetail, type DatasetRowPage, defaults, type Problem } from '../../generated/api.js';
import { withParameters } from './row-filters.js';

const pageSize = '100';

/** Rows of a dataset, page by page. They stay as they are while one reads them. */
export function useRows(dataset: DatasetDetail, filters: ReadonlyMap<string, string>, sort: string) {
  return useInfiniteQuery({
    queryKey: ['rows', dataset.name, [...filters], sort],
    queryFn: ({ pageParam, signal }) =>
      call(
        readRows(
          withParameters(
            dataset.links.rows,
            new Map([
              ...filters,
              ...(sort === '' ? [] : [['sort', sort] as const]),
              ['limit', pageSize],
              ...(pageParam === '' ? [] : [['cursor', pageParam] as const]),
            ]),
          ),
          signal,
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

type Answer =
  | { readonly status: 200; readonly data: DatasetRowPage }
  | { readonly status: 400 | 401 | 403 | 404 | 422 | 429 | 500 | 503; readonly data: Problem };

const { fetchJson } = runtime(defaults);

/** As the generated client does it: that has no parameters for the rows of any dataset, since they follow from the dataset. */
const readRows = (address: string, signal: AbortSignal) => fetchJson<Answer>(address, { signal });
