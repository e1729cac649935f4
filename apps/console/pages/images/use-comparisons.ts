import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type FaceComparison, getFaceComparison, listRuns } from '../../generated/api.js';
import { type ComparisonSummary, readSummary } from './comparison-summary.js';

/** So many comparisons are offered, the newest. */
const offered = 20;
const pageSize = 24;

/** A run that compared two models, with what it found once it has succeeded. */
export interface Comparison {
  readonly runId: string;
  readonly state: string;
  readonly at: string;
  readonly summary: ComparisonSummary | undefined;
}

/** The newest comparisons, the newest first. */
export function useComparisons() {
  const runs = useQuery({
    queryKey: ['comparison-runs'],
    queryFn: ({ signal }) => call(listRuns({ task: 'compare-face-models', limit: offered }, { signal })),
    meta: { live: ['runs'] },
  });
  const items = runs.data?.items ?? [];
  const summaries = useQueries({
    queries: items.map(({ id, state }) => ({
      queryKey: ['comparison', id, state],
      queryFn: ({ signal }: { signal: AbortSignal }) => call(getFaceComparison({ runId: id, limit: 1 }, { signal })),
      enabled: state === 'succeeded',
      // What a run found does not change.
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  const comparisons = items.map(
    ({ id, state, createdAt }, index): Comparison => ({
      runId: id,
      state,
      at: createdAt,
      summary: readSummary(summaries[index]?.data?.summary),
    }),
  );
  return { runs, comparisons };
}

/** Which of the images that differ are wanted. */
export interface DifferenceFilter {
  readonly facesA?: number;
  readonly facesB?: number;
  readonly onlyIn?: 'a' | 'b';
}

/** The images on which the models of a comparison differ, page by page; there are none before it has succeeded. */
export const useDifferences = (runId: string, filter: DifferenceFilter, hasSucceeded: boolean) =>
  useInfiniteQuery({
    queryKey: ['comparison-images', runId, filter],
    queryFn: ({ pageParam, signal }): Promise<FaceComparison> =>
      call(
        getFaceComparison({ runId, ...filter, limit: pageSize, ...(pageParam && { cursor: pageParam }) }, { signal }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled: hasSucceeded,
    staleTime: Number.POSITIVE_INFINITY,
  });
