import { useQuery } from '@tanstack/react-query';
import { getSession } from '../generated/api.js';
import { call } from './call.js';

/** Who looks at the page, and what they may do. */
export const useSession = () =>
  useQuery({ queryKey: ['session'], queryFn: ({ signal }) => call(getSession({ signal })), staleTime: 60_000 });

/** Whether the viewer may start and change things. Until that is known, they may: the API decides anyhow. */
export const useMayChange = (): boolean => useSession().data?.may.includes('change') ?? true;
