import {
  type InfiniteData,
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../client/call.js';
import {
  getImage,
  getImageSizes,
  getImageStats,
  type Image,
  type ImagePage,
  listFaceModels,
  listImages,
} from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { imageQueryOf, orderOf } from './image-filters.js';

const pageSize = 60;
/** So many pages are read anew when something was loaded; a longer list stands still until one goes back to its beginning. */
const maxLivePages = 2;

/** The images that the address asks for, page by page, each once. */
export function useImages(texts: Texts) {
  const queries = useQueryClient();
  const filter = imageQueryOf(texts);
  const sort = orderOf(texts);
  const queryKey = ['images', filter, sort] as const;
  const isLong = (queries.getQueryData<InfiniteData<ImagePage>>(queryKey)?.pages.length ?? 0) > maxLivePages;
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      call(listImages({ ...filter, sort, limit: pageSize, ...(pageParam && { cursor: pageParam }) }, { signal })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    meta: { live: isLong ? [] : ['files'] },
  });
  const data = pages.data?.pages;
  const images = useMemo(() => {
    const byId = new Map<string, Image>();
    for (const { items } of data ?? []) for (const image of items) byId.set(image.fileId, image);
    return [...byId.values()];
  }, [data]);
  /** Back to the first page, read anew. */
  const restart = (): void => {
    queries.setQueryData<InfiniteData<ImagePage>>(
      queryKey,
      (old) => old && { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) },
    );
    void pages.refetch();
  };
  return { pages, images, isLong, restart };
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
