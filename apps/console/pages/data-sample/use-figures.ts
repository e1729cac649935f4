import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getDataSampleCompleteness, getDataSampleStats } from '../../generated/api.js';

/** Days, both included. */
export interface Days {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

const asked = ({ from, to }: Days) => ({ ...(from && { $from: from }), ...(to && { to }) });

/** Rows, minutes, distinct values, gaps and expiry of these days. */
export const useFigures = (days: Days) =>
  useQuery({
    queryKey: ['data-sample-stats', days],
    queryFn: ({ signal }) => call(getDataSampleStats(asked(days), { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });

/** Which hours of these days have how many of their minutes. */
export const useHours = (days: Days) =>
  useQuery({
    queryKey: ['data-sample-hours', days],
    queryFn: ({ signal }) => call(getDataSampleCompleteness({ ...asked(days), grain: 'hour' }, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });

/** Which minutes of a day have rows. */
export const useMinutes = (day: string) =>
  useQuery({
    queryKey: ['data-sample-minutes', day],
    queryFn: ({ signal }) => call(getDataSampleCompleteness({ $from: day, to: day, grain: 'minute' }, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
