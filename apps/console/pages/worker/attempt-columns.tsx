import type { WorkerAttempt } from '../../generated/api.js';
import { Duration } from '../../ui/duration.js';
import { PageLink } from '../../ui/link.js';
import { RunId } from '../../ui/run-id.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { Time } from '../../ui/time.js';
import { ErrorLine } from '../run/error-line.js';

/** The columns of a worker's attempts. */
export const attemptColumns: readonly Column<WorkerAttempt>[] = [
  {
    id: 'task',
    header: 'Run of task',
    isFixed: true,
    cell: ({ runId, task }) => (
      <PageLink to="/runs/$id" params={{ id: runId }} size="sm" fw={550}>
        {task}
      </PageLink>
    ),
  },
  {
    id: 'attempt',
    header: 'Attempt',
    about: 'Which try of the run it was',
    isNumeric: true,
    cell: ({ runId, number }) => (
      <PageLink
        to="/runs/$id"
        params={{ id: runId }}
        search={{ tab: 'log', attempt: String(number) }}
        size="sm"
        title="Its log"
      >
        {number}
      </PageLink>
    ),
  },
  { id: 'state', header: 'State', cell: ({ state }) => <StateBadge kind="attempt" state={state} /> },
  { id: 'run', header: 'Run', cell: ({ runId }) => <RunId id={runId} /> },
  { id: 'began', header: 'Began', minWidth: 110, cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    id: 'took',
    header: 'Took',
    isNumeric: true,
    cell: ({ startedAt, endedAt }) => <Duration startedAt={startedAt} endedAt={endedAt} />,
  },
  { id: 'error', header: 'Error', cell: ({ error }) => <ErrorLine error={error} /> },
];
