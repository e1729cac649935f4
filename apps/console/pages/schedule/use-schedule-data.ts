import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import {
  countRuns,
  listActions,
  listSlotDays,
  listSlots,
  previewSchedule,
  type Schedule,
} from '../../generated/api.js';

/** What is asked for anew every now and then: slots have no events. */
const everyMs = 15_000;

/** The slots of some days, counted. */
export const useSlotDays = (name: string, from: string, to: string, timezone: string) =>
  useQuery({
    queryKey: ['schedule', name, 'days', from, to, timezone],
    queryFn: ({ signal }) => call(listSlotDays({ name, $from: from, to, timezone }, { signal })),
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
    meta: { live: ['runs'] },
  });

/** What became of slots, the latest first. */
export const useSlots = (
  name: string,
  {
    state,
    from,
    to,
  }: { readonly state?: string | undefined; readonly from?: string | undefined; readonly to?: string | undefined },
) =>
  useInfiniteQuery({
    queryKey: ['schedule', name, 'slots', { state, from, to }],
    queryFn: ({ pageParam, signal }) =>
      call(listSlots({ name, state, $from: from, to, cursor: pageParam, limit: 100 }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: everyMs,
    meta: { live: ['runs'] },
  });

/** Slots to come of a span that are shown at most. */
export const maxToCome = 48;

/** The slots to come of a span. */
export const useSlotsToCome = (
  { name, cron, everyMs: interval, timezone }: Schedule,
  { from, to }: { readonly from: string; readonly to: string },
  isWanted: boolean,
) =>
  useQuery({
    queryKey: ['schedule', name, 'to-come', { cron, interval, timezone, from, to }],
    queryFn: ({ signal }) => {
      const rule = cron === null ? { everyMs: interval ?? undefined } : { cron, timezone };
      // Those after a time are asked for; one at the first moment of the day is one of the day.
      const after = Math.max(Date.parse(from) - 1, Date.now());
      return call(previewSchedule({ ...rule, $from: new Date(after).toISOString(), to, limit: maxToCome }, { signal }));
    },
    enabled: isWanted,
    refetchInterval: everyMs,
  });

/** What was done to a schedule by hand, the latest first. */
export const useScheduleActionsLog = (name: string) =>
  useInfiniteQuery({
    queryKey: ['schedule', name, 'actions'],
    queryFn: ({ pageParam, signal }) =>
      call(listActions({ subject: `schedule:${name}`, cursor: pageParam, limit: 50 }, { signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchInterval: everyMs,
  });

/** How many runs of a schedule that were recorded within a time have come how far. */
export const useRunStates = (
  name: string,
  span: { readonly from: string | undefined; readonly to: string } | undefined,
) =>
  useQuery({
    queryKey: ['schedule', name, 'run-states', span],
    queryFn: ({ signal }) =>
      call(
        countRuns({ schedule: name, trigger: 'schedule', $from: span?.from, to: span?.to, by: 'state' }, { signal }),
      ),
    enabled: span !== undefined,
    meta: { live: ['runs'] },
  });
