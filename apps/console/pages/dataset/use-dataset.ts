import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getDataset } from '../../generated/api.js';

/** A dataset with its columns, filters and freshness. */
export const useDataset = (name: string) =>
  useQuery({
    queryKey: ['dataset', name],
    queryFn: ({ signal }) => call(getDataset({ name }, { signal })),
    meta: { live: ['files'] },
  });
