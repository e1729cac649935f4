import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getSchedule, listSchedules, type Schedule } from '../../generated/api.js';

/** Schedules have no events; what became of their runs has. */
const everyMs = 10_000;

/** The schedules, of one task and paused or not if that is wanted. */
export const useSchedules = ({
  task,
  paused,
}: {
  readonly task: string | undefined;
  readonly paused: boolean | undefined;
}) =>
  useInfiniteQuery({
    queryKey: ['schedules', { task, paused }],
    queryFn: ({ pageParam, signal }) =>
      call(listSchedules({ task, paused, cursor: pageParam, limit: 200 }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
    meta: { live: ['runs'] },
  });

/** One schedule with its next times. */
export const useSchedule = (name: string) =>
  useQuery({
    queryKey: ['schedule', name],
    queryFn: ({ signal }) => call(getSchedule({ name }, { signal })),
    refetchInterval: everyMs,
    meta: { live: ['runs'] },
  });

/** Whether a schedule fires. */
export const stateOf = ({ pausedAt, offAt }: Pick<Schedule, 'pausedAt' | 'offAt'>): 'on' | 'paused' | 'off' =>
  offAt === null ? (pausedAt === null ? 'on' : 'paused') : 'off';
