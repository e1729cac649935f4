import { useQuery } from '@tanstack/react-query';
import { getPlatform } from '../generated/api.js';
import { call } from './call.js';

/** What Millrace runs on, and what is missing for its work. Nothing of it has events. */
export const usePlatform = () =>
  useQuery({
    queryKey: ['platform'],
    queryFn: ({ signal }) => call(getPlatform({ signal })),
    refetchInterval: 10_000,
  });
