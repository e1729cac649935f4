import { Link } from '@tanstack/react-router';
import type { Run } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { formatCount, formatDuration } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { RunId, shortId } from '../../ui/run-id.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { Time } from '../../ui/time.js';
import { Tip } from '../../ui/tip.js';
import { ErrorLine } from '../run/error-line.js';
import { RunDuration } from '../run/run-duration.js';
import styles from './runs-page.module.css';

/** The columns of the list of runs. */
export const runColumns: readonly Column<Run>[] = [
  {
    id: 'task',
    header: 'Run of task',
    isFixed: true,
    cell: ({ id, task, invokeKey }) => (
      <PageLink to="/runs/$id" params={{ id }} size="sm" fw={550}>
        {task}
        {invokeKey !== null && <span className={styles['key']}> {invokeKey}</span>}
      </PageLink>
    ),
  },
  { id: 'state', header: 'State', cell: (run) => <RunStateCell run={run} /> },
  { id: 'id', header: 'Id', cell: ({ id }) => <RunId id={id} /> },
  { id: 'trigger', header: 'Trigger', about: 'What asked for it', cell: ({ trigger }) => trigger },
  { id: 'created', header: 'Recorded', sort: 'createdAt', cell: ({ createdAt }) => <When at={createdAt} /> },
  { id: 'started', header: 'Started', sort: 'startedAt', cell: ({ startedAt }) => <When at={startedAt} /> },
  {
    id: 'duration',
    header: 'Duration',
    about: 'From the first start to the end',
    sort: 'durationMs',
    isNumeric: true,
    cell: (run) => <RunDuration run={run} />,
  },
  {
    id: 'attempts',
    header: 'Attempts',
    isNumeric: true,
    cell: ({ attempt, failures, losses }) =>
      failures + losses === 0 ? (
        attempt
      ) : (
        <Tip label={`${attempt} attempts; ${failures} failed, ${losses} lost with their workers`}>
          <span>{attempt}</span>
        </Tip>
      ),
  },
  { id: 'error', header: 'Error', cell: ({ error }) => <ErrorLine error={error} /> },
  { id: 'labels', header: 'Labels', cell: ({ labels }) => <Labels of={labels} /> },
  { id: 'ended', header: 'Ended', sort: 'endedAt', isExtra: true, cell: ({ endedAt }) => <When at={endedAt} /> },
  {
    id: 'waited',
    header: 'Waited',
    about: 'From when it could begin to its first start',
    isExtra: true,
    isNumeric: true,
    cell: ({ availableAt, startedAt, attempt }) =>
      startedAt === null || attempt > 1
        ? '–'
        : formatDuration(Math.max(0, Date.parse(startedAt) - Date.parse(availableAt))),
  },
  { id: 'queue', header: 'Queue', isExtra: true, cell: ({ queue }) => queue },
  { id: 'priority', header: 'Priority', isExtra: true, isNumeric: true, cell: ({ priority }) => formatCount(priority) },
  { id: 'schedule', header: 'Schedule', isExtra: true, cell: ({ schedule }) => schedule ?? '' },
  {
    id: 'flow',
    header: 'Flow',
    about: 'The first run of the flow that it is part of',
    isExtra: true,
    cell: ({ id, rootId }) =>
      rootId === id ? (
        ''
      ) : (
        <PageLink to="/runs/$id" params={{ id: rootId }} size="sm">
          {shortId(rootId)}
        </PageLink>
      ),
  },
];

function When({ at }: { readonly at: string | null }) {
  return (
    <span className={styles['tight']}>
      <Time at={at} />
    </span>
  );
}

function RunStateCell({ run }: { readonly run: Run }) {
  const { state, progress, held, parked, pausedTask } = run;
  const note = pausedTask ? 'task paused' : parked ? 'task’s limit' : held ? 'waits its turn' : undefined;
  return (
    <span className={styles['state']}>
      <StateBadge kind="run" state={state} />
      {note !== undefined && <span className="dim">{note}</span>}
      {progress !== null && state === 'running' && (
        <span className="dim">
          {progress.total === null
            ? formatCount(progress.done)
            : `${Math.floor((100 * progress.done) / Math.max(progress.total, 1))} %`}
        </span>
      )}
    </span>
  );
}

function Labels({ of }: { readonly of: object }) {
  return (
    <span className={styles['labels']}>
      {Object.entries(of).map(([name, value]) => (
        <Link
          key={name}
          to="/runs"
          // Beside the filters that are at work: a look closer, not another list.
          search={(before: Texts) => ({ ...before, label: `${name}:${value}` })}
          className={styles['label']}
          title={`${name}: ${value}`}
        >
          <span className="dim">{name}</span> {String(value)}
        </Link>
      ))}
    </span>
  );
}
