import type { WorkerDetail } from '../../generated/api.js';
import { formatBytes, formatDuration, formatRate } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { Time } from '../../ui/time.js';
import { slotsOf } from './slots.js';
import { WorkerRuns } from './worker-runs.js';

export const workerColumns: readonly Column<WorkerDetail>[] = [
  {
    id: 'worker',
    header: 'Worker',
    about: 'Host and process',
    isFixed: true,
    cell: ({ id, host, pid }) => (
      <PageLink to="/workers/$id" params={{ id }} size="sm">
        {host} {pid}
      </PageLink>
    ),
  },
  { id: 'state', header: 'State', cell: ({ state }) => <StateBadge kind="other" state={state} /> },
  { id: 'now', header: 'Does now', cell: ({ runs }) => <WorkerRuns runs={runs} /> },
  {
    id: 'slots',
    header: 'Slots',
    minWidth: 190,
    about: 'How many runs of each queue it takes at a time',
    cell: ({ slots }) =>
      slotsOf(slots)
        .map(([queue, count]) => `${queue} ${count}`)
        .join(' · '),
  },
  {
    id: 'memory',
    header: 'Memory',
    about: 'Bytes that the process has',
    isNumeric: true,
    cell: ({ rss }) => (rss === null ? '–' : formatBytes(rss)),
  },
  {
    id: 'cpu',
    header: 'Cores',
    about: 'Cores that it used: 1 is one core all the time',
    isNumeric: true,
    cell: ({ cpu }) => (cpu === null ? '–' : formatRate(Math.round(cpu * 100) / 100)),
  },
  {
    id: 'loop',
    header: 'Loop late by',
    about: 'By how much its event loop was late, the 99th percentile',
    isNumeric: true,
    isExtra: true,
    cell: ({ loopDelayMs }) => (loopDelayMs === null ? '–' : formatDuration(loopDelayMs)),
  },
  { id: 'version', header: 'Version', isExtra: true, cell: ({ version }) => version ?? '–' },
  { id: 'started', header: 'Started', cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    id: 'seen',
    header: 'Last sign',
    about: 'When it gave its last sign of life',
    cell: ({ seenAt }) => <Time at={seenAt} />,
  },
];
