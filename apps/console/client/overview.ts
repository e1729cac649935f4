import { useQuery } from '@tanstack/react-query';
import { getOverview } from '../generated/api.js';
import { call } from './call.js';

/** What the platform does now; one query for all that show a part of it. */
export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => call(getOverview({ signal })),
    // Queues, workers and schedules have no events.
    refetchInterval: 10_000,
    meta: { live: ['overview'] },
  });
