import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { call } from '../../client/call.js';
import { ApiProblem } from '../../client/problem.js';
import { getWorker, type WorkerDetail } from '../../generated/api.js';
import { Facts } from '../../ui/facts.js';
import { formatBytes, formatDuration, formatRate } from '../../ui/format.js';
import { CopyText } from '../../ui/json.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { StateBadge } from '../../ui/state-badge.js';
import { Time } from '../../ui/time.js';
import { slotsOf } from '../workers/slots.js';
import { AttemptsTable } from './attempts-table.js';
import { RunsNow } from './runs-now.js';
import styles from './worker.module.css';

const crumbs = [{ to: '/workers', label: 'Workers' }];

/** One worker process: what it is, what it runs, and what it ran. */
export function WorkerPage() {
  const { id = '' } = useParams({ strict: false });
  const worker = useQuery({
    queryKey: ['worker', id],
    queryFn: ({ signal }) => call(getWorker({ id }, { signal })),
    refetchInterval: 5_000,
    meta: { live: ['runs'] },
  });
  if (worker.error instanceof ApiProblem && worker.error.status === 404) {
    return (
      <Page title="Unknown worker" crumbs={crumbs}>
        <EmptyNote title={`There is no worker ${id}`}>
          Workers that have been gone for long are forgotten. <PageLink to="/workers">These are there.</PageLink>
        </EmptyNote>
      </Page>
    );
  }
  const name = worker.data ? `${worker.data.host} ${worker.data.pid}` : id;
  return (
    <Page title={`Worker ${name}`} crumbs={crumbs}>
      <QueryView query={worker} what="the worker">
        {(data) => (
          <div className={styles['page']}>
            <Panel title="The process">
              <Facts of={factsOf(data)} />
            </Panel>
            {data.stoppedAt === null && <RunsNow runs={data.runs} />}
            <AttemptsTable worker={id} />
          </div>
        )}
      </QueryView>
    </Page>
  );
}

const factsOf = ({ id, state, host, pid, version, slots, rss, heap, loopDelayMs, cpu, ...times }: WorkerDetail) => ({
  State: <StateBadge kind="other" state={state} />,
  Host: host,
  Process: pid,
  Version: version ?? 'not known',
  Started: <Time at={times.startedAt} />,
  'Last sign of life': <Time at={times.seenAt} />,
  Stopped: times.stoppedAt === null ? undefined : <Time at={times.stoppedAt} />,
  Memory: rss === null ? undefined : `${formatBytes(rss)}${heap === null ? '' : `, of it ${formatBytes(heap)} heap`}`,
  'Cores used': cpu === null ? undefined : formatRate(Math.round(cpu * 100) / 100),
  'Event loop late by': loopDelayMs === null ? undefined : `${formatDuration(loopDelayMs)} (99th percentile)`,
  Slots: slotsOf(slots)
    .map(([queue, count]) => `${queue} ${count}`)
    .join(' · '),
  Id: (
    <>
      <code>{id}</code> <CopyText text={id} what="the worker’s id" />
    </>
  ),
});
