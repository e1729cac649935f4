import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import {
  countVehicleStatuses,
  getDetectionSeries,
  getDetectionStats,
  getFleet,
  getVehicle,
  getVehicleTimeline,
  listVehicleHistory,
  listVehicles,
} from '../../generated/api.js';

const pageSize = 100;
const live = { live: ['files'] } as const;

/** Days, types and statuses of which there are rows. */
export const useFleet = () =>
  useQuery({ queryKey: ['fleet'], queryFn: ({ signal }) => call(getFleet({ signal })), meta: live });

/** What a question about detections is narrowed to. */
export interface DetectionFilter {
  readonly $from?: string;
  readonly to?: string;
  readonly vehicleId?: string;
  readonly objectType?: string;
}

export type Grain = 'auto' | 'minute' | 'hour' | 'day';

/** Reports and objects over time, by type. */
export const useDetectionSeries = (filter: DetectionFilter, grain: Grain) =>
  useQuery({
    queryKey: ['fleet', 'series', filter, grain],
    queryFn: ({ signal }) => call(getDetectionSeries({ ...filter, grain }, { signal })),
    placeholderData: keepPreviousData,
    meta: live,
  });

/** Reports, objects and vehicles by type on a day of UTC, with the day: that of before stays until another is there. */
export const useDayTypes = (day: string, vehicleId: string | undefined) =>
  useQuery({
    queryKey: ['fleet', 'day', day, vehicleId],
    queryFn: async ({ signal }) => {
      const filter = { $from: day, to: day, ...(vehicleId ? { vehicleId } : {}) };
      return { day, ...(await call(getDetectionStats({ groupBy: 'objectType', limit: 500, ...filter }, { signal }))) };
    },
    placeholderData: keepPreviousData,
    meta: live,
  });

/** How many vehicles have which status now; the first 500 statuses. */
export const useStatusCounts = () =>
  useQuery({
    queryKey: ['fleet', 'statuses'],
    queryFn: ({ signal }) => call(countVehicleStatuses({ limit: 500 }, { signal })),
    meta: live,
  });

export interface VehicleFilter {
  readonly status?: string;
  readonly hasAccident?: boolean;
  readonly reported?: boolean;
}

/** Vehicles with their latest status, page by page, by id. */
export const useVehicles = (filter: VehicleFilter) =>
  useInfiniteQuery({
    queryKey: ['fleet', 'vehicles', filter],
    queryFn: ({ pageParam, signal }) =>
      call(
        listVehicles({ ...filter, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) }, { signal }),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: live,
  });

/** One vehicle: when it was seen, what it detected, its statuses. */
export const useVehicle = (id: string) =>
  useQuery({
    queryKey: ['fleet', 'vehicle', id],
    queryFn: ({ signal }) => call(getVehicle({ id }, { signal })),
    meta: live,
  });

/** The first 500 times of a status of a vehicle. */
export const useVehicleSpans = (id: string) =>
  useQuery({
    queryKey: ['fleet', 'spans', id],
    queryFn: ({ signal }) => call(getVehicleTimeline({ id, limit: 500 }, { signal })),
    meta: live,
  });

export interface HistoryFilter {
  readonly kind?: 'status' | 'detection';
  readonly $from?: string;
  readonly to?: string;
  readonly sort?: 'at' | '-at';
}

/** What a vehicle reported and detected, page by page. */
export const useVehicleHistory = (id: string, filter: HistoryFilter) =>
  useInfiniteQuery({
    queryKey: ['fleet', 'history', id, filter],
    queryFn: ({ pageParam, signal }) =>
      call(
        listVehicleHistory(
          { id, ...filter, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) },
          { signal },
        ),
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: live,
  });
