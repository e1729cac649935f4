import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.js';

/** What a query shows; the live stream asks those anew whose subject has changed (live/live.ts). */
export type Subject = 'runs' | 'files' | 'overview';

declare module '@tanstack/react-query' {
  interface Register {
    queryMeta: {
      /** Asked anew when one of these has changed. Without it a query stays as it is until something asks. */
      readonly live?: readonly Subject[];
    };
  }
}

/** What was read stays on the page while it is read anew, and a fault of the moment is tried again twice. */
export const openQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        gcTime: 120_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) => failures < 2 && isPassing(error),
        retryDelay: (failures, error) =>
          error instanceof ApiProblem && error.retryAfter !== undefined
            ? Math.min(error.retryAfter * 1_000, 10_000)
            : 500 * 2 ** failures,
      },
      mutations: { retry: false },
    },
  });

/** What was too slow for the database is as slow once more. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiProblem &&
  (error.status === 0 || (error.status === 503 && error.problem?.code !== 'query-too-slow'));
