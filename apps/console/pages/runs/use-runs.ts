import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { countRuns, getRunSeries, listRuns, type Run } from '../../generated/api.js';
import { useLivePages } from '../../live/use-live-pages.js';
import type { Texts } from '../../shell/search-text.js';
import { filterOf, type RunFilter } from './run-filter.js';

const pageSize = 100;

const sorts = ['createdAt', 'startedAt', 'endedAt', 'durationMs'].flatMap((name) => [name, `-${name}`]);
type Sort = NonNullable<Parameters<typeof listRuns>[0]['sort']>;
const isSort = (text: string): text is Sort => sorts.includes(text);

const toQuery = ({ from, ...filter }: RunFilter) => ({ ...filter, $from: from });

const idOf = ({ id }: Run): string => id;

/** The runs that the address asks for, page by page. */
export function useRuns(wanted: Texts, sort: string) {
  const order: Sort = isSort(sort) ? sort : '-createdAt';
  return useLivePages({
    queryKey: ['runs', wanted, order],
    read: (cursor, signal) =>
      call(listRuns({ ...toQuery(filterOf(wanted)), sort: order, limit: pageSize, cursor }, { signal })),
    idOf,
    subject: 'runs',
    maxLivePages: 3,
  });
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
