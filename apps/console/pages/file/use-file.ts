import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { getFile, listFileChanges, previewFile } from '../../generated/api.js';

/** A file with its versions, runs and datasets. */
export const useFile = (id: string) =>
  useQuery({
    queryKey: ['file', id],
    queryFn: ({ signal }) => call(getFile({ id }, { signal })),
    meta: { live: ['files'] },
  });

/** The states that it went through; of thousands the first 500. */
export const useFileLife = (id: string) =>
  useQuery({
    queryKey: ['file-changes', id],
    queryFn: ({ signal }) => call(listFileChanges({ id, limit: 500 }, { signal })),
    meta: { live: ['files'] },
  });

/** What of it can be shown, which follows from its bytes and from what became of them. Its last one stays until the next is there. */
export const useFilePreview = (id: string, state: string) =>
  useQuery({
    queryKey: ['file-preview', id, state],
    queryFn: ({ signal }) => call(previewFile({ id }, { signal })),
    staleTime: 60_000,
    placeholderData: (before, query) => (query?.queryKey[1] === id ? before : undefined),
  });
