import { useInfiniteQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { listRunChanges } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { shortId } from '../../ui/run-id.js';
import { wordsOfCaller } from '../actions/action-words.js';

/** What became of a run, oldest first, page by page. */
export const useChanges = (id: string) =>
  useInfiniteQuery({
    queryKey: ['run-changes', id],
    queryFn: ({ pageParam, signal }) =>
      call(listRunChanges({ id, limit: 200, ...(pageParam === '' ? {} : { cursor: pageParam }) }, { signal })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
  });

/** Who asked for a run, by the first of its changes. */
export function AskedBy({ run }: { readonly run: string }) {
  const changes = useChanges(run).data;
  return changes === undefined ? '…' : <Actor actor={changes.pages[0]?.items[0]?.actor ?? null} />;
}

/** Who did something: a worker with a link to its page, a person, a program. */
export function Actor({ actor }: { readonly actor: string | null }) {
  if (actor === null) return <span className="dim">–</span>;
  const worker = /^worker:(.+)$/.exec(actor)?.[1];
  if (worker !== undefined) {
    return (
      <PageLink to="/workers/$id" params={{ id: worker }} inherit>
        worker {shortId(worker)}
      </PageLink>
    );
  }
  return programs[actor] ?? wordsOfCaller(actor);
}

const programs: Readonly<Record<string, string>> = {
  watcher: 'the watcher',
  api: 'the API',
  command: 'the command “millrace run”',
};
