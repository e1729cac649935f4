import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { call } from '../../client/call.js';
import {
  getRun,
  type LiveLogLine,
  type RunChangeEvent,
  type RunDetail,
  type RunProgress,
} from '../../generated/api.js';
import { openRunStream } from './run-stream.js';

/** A run that has ended goes on only if somebody retries it. */
export const hasEnded = (state: RunDetail['state']): boolean => ['succeeded', 'failed', 'cancelled'].includes(state);

/** No more often is the whole run read anew, however much happens to it. */
const pauseMs = 700;

/** Who hears what the stream brings: the tab that shows it. */
export interface RunListener {
  onBegin?(): void;
  onLines?(lines: readonly LiveLogLine[]): void;
  onRun?(change: RunChangeEvent): void;
  onProgress?(progress: RunProgress): void;
}

/** A run, kept up to date by its own stream while it is under way. */
export function useRun(id: string, tab: string | undefined) {
  const withLog = tab === 'log';
  const withFlow = tab === 'timeline' || tab === 'flow';
  const queries = useQueryClient();
  const [progress, setProgress] = useState<RunDetail['progress']>(null);
  const [listeners] = useState(() => new Set<RunListener>());
  const query = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => call(getRun({ id }, { signal })),
    refetchInterval: ({ state: { data } }) => (data && hasEnded(data.state) ? 20_000 : false),
  });
  const isOpen = query.data !== undefined && !hasEnded(query.data.state);
  useEffect(() => {
    if (!isOpen) return;
    let isWaiting = false;
    // Not ended with the stream: the last change, after which it is closed, is to be read as well.
    const readAgain = (): void => {
      if (isWaiting) return;
      isWaiting = true;
      setTimeout(() => {
        isWaiting = false;
        void queries.invalidateQueries({ queryKey: ['run', id] });
        void queries.invalidateQueries({ queryKey: ['run-changes', id] });
      }, pauseMs);
    };
    return openRunStream(
      id,
      { withLog, withFlow },
      {
        onBegin: () => {
          readAgain();
          for (const { onBegin } of listeners) onBegin?.();
        },
        onFile: readAgain,
        onRun: (change) => {
          if (change.run === id) {
            // How far an attempt came says nothing of the next one.
            setProgress(null);
            readAgain();
          }
          for (const { onRun } of listeners) onRun?.(change);
        },
        onProgress: (news) => {
          if (news.run === id) setProgress({ done: news.done, total: news.total });
          for (const { onProgress } of listeners) onProgress?.(news);
        },
        onLines: (lines) => {
          for (const { onLines } of listeners) onLines?.(lines);
        },
      },
    );
  }, [id, isOpen, withLog, withFlow, queries, listeners]);
  return { query, isOpen, progress: isOpen ? (progress ?? query.data?.progress ?? null) : null, listeners };
}
