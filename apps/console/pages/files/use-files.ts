import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type File as FileRow, getLoadSeries, listFileReasons, listFiles } from '../../generated/api.js';
import { useLivePages } from '../../live/use-live-pages.js';
import type { Texts } from '../../shell/search-text.js';

const pageSize = 100;

/** The filters of the address that the API knows. */
export const queryOf = ({ state, source, code, path, runId, waiting }: Texts) => ({
  ...(state ? { state } : {}),
  ...(source ? { source } : {}),
  ...(code ? { code } : {}),
  ...(path ? { path } : {}),
  ...(runId ? { runId } : {}),
  ...(waiting ? { waiting: waiting === 'true' } : {}),
});

const idOf = ({ id }: FileRow): string => id;

/** The files that the address asks for, page by page, each once. */
export function useFiles(wanted: Texts) {
  const filter = queryOf(wanted);
  return useLivePages({
    queryKey: ['files', filter],
    read: (cursor, signal) => call(listFiles({ ...filter, limit: pageSize, cursor }, { signal })),
    idOf,
    subject: 'files',
    maxLivePages: 3,
  });
}

/** Quarantined files by source and kind of fault. */
export const useReasons = () =>
  useQuery({
    queryKey: ['file-reasons'],
    queryFn: ({ signal }) => call(listFileReasons({ signal })),
    meta: { live: ['files'] },
  });

/** What was loaded within a time, by source. */
export const useLoadSeries = (span: 'day' | 'month', source: string | undefined) =>
  useQuery({
    queryKey: ['load-series', span, source],
    queryFn: ({ signal }) =>
      call(getLoadSeries({ grain: span === 'day' ? 'hour' : 'day', ...(source ? { source } : {}) }, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
