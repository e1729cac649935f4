import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import {
  getFootage,
  getFootageTimeline,
  getRecording,
  getRecordingChoices,
  listRecordings,
} from '../../generated/api.js';

const live = { live: ['files'] } as const;

/** Recordings, page by page, by id. */
export const useRecordings = (location: string | undefined, limit = 100) =>
  useInfiniteQuery({
    queryKey: ['recordings', 'list', location, limit],
    queryFn: ({ pageParam, signal }) =>
      call(
        listRecordings(
          { limit, ...(location ? { location } : {}), ...(pageParam === '' ? {} : { cursor: pageParam }) },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: live,
  });

/** What reads one recording: its footages, metrics and labels. */
export const recordingQuery = (id: string) =>
  queryOptions({
    queryKey: ['recordings', 'one', id],
    queryFn: ({ signal }) => call(getRecording({ id }, { signal })),
    meta: live,
  });

/** One recording, where one is wanted. */
export const useRecording = (id: string | undefined) =>
  useQuery({ ...recordingQuery(id ?? ''), enabled: id !== undefined });

/** What questions can name. */
export const useChoices = () =>
  useQuery({
    queryKey: ['recordings', 'choices'],
    queryFn: ({ signal }) => call(getRecordingChoices({ signal })),
    meta: live,
  });

/** One footage, and what its frames lie in. That of before stays until another is there. */
export const useFootage = (id: string) =>
  useQuery({
    queryKey: ['recordings', 'footage', id],
    queryFn: ({ signal }) => call(getFootage({ id }, { signal })),
    placeholderData: keepPreviousData,
    meta: live,
  });

/** What of a footage's timeline is wanted: seconds, and names with commas between them. */
export interface TimelineRequest {
  readonly $from?: number;
  readonly to?: number;
  readonly points?: number;
  readonly metric?: string;
  readonly label?: string;
}

/** Metrics and labels along a footage, summed up over the same points of time. */
export const useFootageTimeline = (id: string, request: TimelineRequest) =>
  useQuery({
    queryKey: ['recordings', 'timeline', id, request],
    queryFn: ({ signal }) => call(getFootageTimeline({ id, ...request }, { signal })),
    placeholderData: keepPreviousData,
    meta: live,
  });
