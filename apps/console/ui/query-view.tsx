import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { LoadingNote, ProblemNote } from './notes.js';

export interface QueryViewProps<T> {
  readonly query: UseQueryResult<T>;
  /** In words, after "Reading". */
  readonly what: string;
  /** Pixels that it has before it is read, so that what stands below does not move then. */
  readonly room?: number;
  readonly children: (data: T) => ReactNode;
}

/** What a query has read. While it is read anew, or cannot be, what was read last stays, with a note above it. */
export function QueryView<T>({ query, what, room, children }: QueryViewProps<T>) {
  const { data, error, refetch } = query;
  const retry = (): void => void refetch();
  if (data === undefined) {
    return (
      <div style={{ minHeight: room }}>
        {error ? <ProblemNote error={error} onRetry={retry} /> : <LoadingNote what={what} />}
      </div>
    );
  }
  return (
    <>
      {error && <ProblemNote error={error} onRetry={retry} />}
      {children(data)}
    </>
  );
}
