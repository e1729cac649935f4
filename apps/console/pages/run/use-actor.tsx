import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { listRunChanges } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';

/** What became of a run, oldest first, page by page. */
export const useChanges = (id: string) =>
  useInfiniteQuery({
    queryKey: ['run-changes', id],
    queryFn: ({ pageParam, signal }) =>
      call(listRunChanges({ id, limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) }, { signal })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

/** Who asked for a run. */
export function useActor(id: string) {
  const first = useChanges(id).data?.pages[0]?.items[0];
  return (first?.actor ?? null) === null ? undefined : <Actor actor={first?.actor ?? null} />;
}

/** Who did something: a worker with a link to its page, a person, a program. */
export function Actor({ actor }: { readonly actor: string | null }) {
  if (actor === null) return <span className="dim">–</span>;
  const worker = /^worker:(.+)$/.exec(actor)?.[1];
  if (worker !== undefined) {
    return (
      <PageLink to="/workers/$id" params={{ id: worker }} inherit>
        worker {worker.slice(0, 8)}…{worker.slice(-4)}
      </PageLink>
    );
  }
  const user = /^user:(.+)$/.exec(actor)?.[1];
  if (user !== undefined) return user;
  return actors[actor] ?? actor;
}

const actors: Readonly<Record<string, string>> = {
  local: 'somebody at this machine',
  bearer: 'a program with the token',
  watcher: 'the watcher',
  api: 'the API',
  command: 'the command “millrace run”',
};
