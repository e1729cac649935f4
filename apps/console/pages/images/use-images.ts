import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../client/call.js';
import { getImage, getImageSizes, getImageStats, type Image, listFaceModels, listImages } from '../../generated/api.js';
import { useLivePages } from '../../live/use-live-pages.js';
import type { Texts } from '../../shell/search-text.js';
import { imageQueryOf, orderOf } from './image-filters.js';

const pageSize = 60;

const idOf = ({ fileId }: Image): string => fileId;

/** The images that the address asks for, page by page, each once. */
export function useImages(texts: Texts) {
  const filter = imageQueryOf(texts);
  const sort = orderOf(texts);
  return useLivePages({
    queryKey: ['images', filter, sort],
    read: (cursor, signal) => call(listImages({ ...filter, sort, limit: pageSize, cursor }, { signal })),
    idOf,
    subject: 'files',
    maxLivePages: 2,
  });
}

/** What reads one image with its faces. */
export const imageQuery = (id: string) =>
  queryOptions({
    queryKey: ['image', id],
    queryFn: ({ signal }) => call(getImage({ id }, { signal })),
    meta: { live: ['files'] },
  });

/** Figures of the images that the address asks for. */
export function useImageStats(texts: Texts) {
  const filter = imageQueryOf(texts);
  return useQuery({
    queryKey: ['image-stats', filter],
    queryFn: ({ signal }) => call(getImageStats(filter, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
}

/** The sizes of the files of the images that the address asks for, and a sample of these. */
export function useImageSizes(texts: Texts) {
  const filter = imageQueryOf(texts);
  return useQuery({
    queryKey: ['image-sizes', filter],
    queryFn: ({ signal }) => call(getImageSizes(filter, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
}

/** The names of models that results are stored with; that of the address as well, whatever it is. */
export function useModels({ model }: Texts): readonly string[] {
  const { data } = useQuery({
    queryKey: ['face-models'],
    queryFn: ({ signal }) => call(listFaceModels({ signal })),
    staleTime: 300_000,
  });
  return useMemo(
    () => [...new Set([...(data?.items.map(({ version }) => version) ?? []), ...(model ? [model] : [])])],
    [data, model],
  );
}
