import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { call } from '../../client/call.js';
import { type File as FileRow, listFiles } from '../../generated/api.js';

/** As many as one answer may have. */
const looked = 500;

/**
 * What has become of uploaded files, by path: the newest version that the ledger has of each. One question for all of them: it reads
 * the files that were seen last, and remembers those that others have pushed out of that.
 */
export function useLandings(paths: readonly string[]): ReadonlyMap<string, FileRow> {
  const known = useRef(new Map<string, FileRow>());
  const { data } = useQuery({
    queryKey: ['files-seen-last'],
    queryFn: ({ signal }) => call(listFiles({ limit: looked }, { signal })),
    enabled: paths.length > 0,
    meta: { live: ['files'] },
  });
  return useMemo(() => {
    const wanted = new Set(paths);
    // The last seen first: of a path the newest version is met first.
    const met = new Set<string>();
    for (const file of data?.items ?? []) {
      if (!wanted.has(file.path) || met.has(file.path)) continue;
      met.add(file.path);
      known.current.set(file.path, file);
    }
    return new Map(known.current);
  }, [data, paths]);
}
