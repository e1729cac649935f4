import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { listRuns, type RunDetail, type RunPage } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { countOf, formatCount, formatDuration } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { shortId } from '../../ui/run-id.js';
import { Time } from '../../ui/time.js';
import styles from './run.module.css';
import { AskedBy } from './use-actor.js';

/** What is known of a run, and where it belongs. */
export function RunFacts({ run }: { readonly run: RunDetail }) {
  const labels = Object.entries(run.labels);
  // Of a run that was tried again, when it could begin is that of the latest try.
  const waitedMs =
    run.startedAt === null || run.attempt > 1 ? undefined : Date.parse(run.startedAt) - Date.parse(run.availableAt);
  const retry = run.retry;
  const repeats = useRepeats(run.id);
  return (
    <Facts
      of={{
        Trigger: triggerWords(run.trigger),
        'Asked for by': <AskedBy run={run.id} />,
        Recorded: <Time at={run.createdAt} />,
        Started: <Time at={run.startedAt} />,
        Ended: <Time at={run.endedAt} />,
        'Waited to start': waitedMs === undefined ? undefined : formatDuration(Math.max(0, waitedMs)),
        'Not before': Date.parse(run.availableAt) > Date.now() ? <Time at={run.availableAt} /> : undefined,
        'Why it waits': whyItWaits(run),
        Attempts: attemptWords(run),
        Schedule:
          run.schedule === null ? undefined : (
            <PageLink to="/schedules/$name" params={{ name: run.schedule }} inherit>
              {run.schedule}
            </PageLink>
          ),
        Slot: run.slotAt === null ? undefined : <Time at={run.slotAt} />,
        'Invoked by': run.parentId === null ? undefined : <RunLink id={run.parentId} />,
        'First run of the flow':
          run.rootId === run.id || run.rootId === run.parentId ? undefined : <RunLink id={run.rootId} />,
        Repeats: run.retryOf === null ? undefined : <RunLink id={run.retryOf} />,
        Labels:
          labels.length === 0 ? undefined : (
            <span className={styles['labels']}>
              {labels.map(([name, value]) => (
                <PageLink key={name} to="/runs" search={{ label: `${name}:${String(value)}` }} inherit>
                  {name}: {String(value)}
                </PageLink>
              ))}
            </span>
          ),
        Queue: run.queue,
        Priority: formatCount(run.priority),
        'Time limit': run.timeoutMs === null ? undefined : formatDuration(run.timeoutMs),
        'Retries after':
          retry === null ? undefined : `${formatDuration(retry.backoffMs)} (${retry.backoff ?? 'exponential'})`,
        'Idempotency key': run.idempotencyKey ?? undefined,
        'Recorded steps': run.stepCount === 0 ? undefined : formatCount(run.stepCount),
        Request: run.requestId === null ? undefined : <code>{run.requestId}</code>,
        Trace: run.traceId === null ? undefined : <code>{run.traceId}</code>,
        'In the carrier': (
          <a href={`/queues/queue/${encodeURIComponent(run.queue)}/${run.id}`} target="_blank" rel="noreferrer">
            Bull Board
          </a>
        ),
        // Read after the others, which do not move then.
        'Repeated by': repeats && <Repeats id={run.id} page={repeats} />,
      }}
    />
  );
}

function RunLink({ id }: { readonly id: string }) {
  return (
    <PageLink to="/runs/$id" params={{ id }} inherit>
      <code>{shortId(id)}</code>
    </PageLink>
  );
}

/** Runs that were made of this one with another input; undefined when there are none. */
function useRepeats(id: string): RunPage | undefined {
  const { data } = useQuery({
    queryKey: ['run-repeats', id],
    queryFn: ({ signal }) => call(listRuns({ retryOf: id, limit: 4 }, { signal })),
  });
  return data && data.items.length > 0 ? data : undefined;
}

function Repeats({ id, page }: { readonly id: string; readonly page: RunPage }) {
  return (
    <span className={styles['labels']}>
      {page.items.map((run) => (
        <RunLink key={run.id} id={run.id} />
      ))}
      {page.nextCursor !== null && (
        <PageLink to="/runs" search={{ retryOf: id }} inherit>
          all
        </PageLink>
      )}
    </span>
  );
}

const words: Readonly<Record<string, string>> = {
  watcher: 'the watcher: a file came',
  api: 'a request (API or console)',
  replay: 'a replay of its files',
  invoke: 'another run',
  follow: 'a load that it follows',
  schedule: 'a schedule',
};
const triggerWords = (trigger: string): string => words[trigger] ?? trigger;

function attemptWords({ attempt, maxAttempts, failures, losses }: RunDetail): string {
  const lost = losses === 0 ? '' : `, ${losses} lost with their workers`;
  return `${attempt}: ${failures} failed${lost}; it gives up after ${countOf(maxAttempts, 'failure')}`;
}

function whyItWaits({ state, held, parked, pausedTask, childCount }: RunDetail): string | undefined {
  if (pausedTask) return 'its task is paused';
  if (parked) return 'its task has as many runs under way as its settings allow';
  if (held) return 'another of the runs that were invoked with it has to end first';
  if (state === 'waiting') return `for runs that it has invoked (${formatCount(childCount)})`;
  return undefined;
}
