import { Text } from '@mantine/core';
import type { Task, TaskFigures } from '../../generated/api.js';
import { formatCount, formatDuration, formatShare } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { RunMarks } from './run-marks.js';
import styles from './tasks-page.module.css';

/** A task with the figures of its runs, which come later. */
export interface ListedTask {
  readonly task: Task;
  readonly figures: TaskFigures | undefined;
}

const countOf = ({ runs }: TaskFigures): number => Object.values(runs).reduce((sum, count) => sum + count, 0);
const none = <span className="dim">–</span>;

/** The columns of the list of tasks. */
export const taskColumns = (days: number): readonly Column<ListedTask>[] => [
  {
    id: 'task',
    header: 'Task',
    isFixed: true,
    cell: ({ task: { name, description, settings } }) => (
      <div className={styles['task']}>
        <PageLink to="/tasks/$name" params={{ name }} size="sm" fw={550}>
          {name}
        </PageLink>
        {settings.paused && (
          <span className={styles['paused']}>
            <StateBadge kind="other" state="paused" />
          </span>
        )}
        <Text size="xs" c="dimmed" lineClamp={1} title={description}>
          {description}
        </Text>
      </div>
    ),
  },
  {
    id: 'last',
    header: 'Last runs',
    minWidth: 264,
    about: 'The newest last; each leads to its run',
    cell: ({ task, figures }) => (figures ? <RunMarks runs={figures.lastRuns} task={task.name} /> : none),
  },
  {
    id: 'runs',
    header: 'Runs',
    minWidth: 70,
    about: `Recorded within the last ${days === 1 ? '24 hours' : `${days} days`}`,
    isNumeric: true,
    cell: ({ task, figures }) =>
      figures && countOf(figures) > 0 ? (
        <PageLink to="/runs" search={{ task: task.name, from: figures.since }} size="sm">
          {formatCount(countOf(figures))}
        </PageLink>
      ) : (
        none
      ),
  },
  {
    id: 'success',
    header: 'Succeeded',
    minWidth: 103,
    about: 'Of the runs that succeeded or failed',
    isNumeric: true,
    cell: ({ task, figures }) => <Success task={task.name} figures={figures} />,
  },
  {
    id: 'p50',
    header: 'p50',
    minWidth: 80,
    about: 'Half of the runs took as long or less',
    isNumeric: true,
    cell: ({ figures }) => (figures?.durationMs.p50 == null ? none : formatDuration(figures.durationMs.p50)),
  },
  {
    id: 'p95',
    header: 'p95',
    minWidth: 93,
    about: '95 of 100 runs took as long or less',
    isNumeric: true,
    cell: ({ figures }) => (figures?.durationMs.p95 == null ? none : formatDuration(figures.durationMs.p95)),
  },
  {
    id: 'open',
    header: 'Open',
    minWidth: 62,
    about: 'Runs that have not ended, whenever they were recorded',
    isNumeric: true,
    cell: ({ task, figures }) =>
      figures && figures.open > 0 ? (
        <PageLink to="/runs" search={{ task: task.name, state: 'queued,delayed,waiting,running' }} size="sm">
          {formatCount(figures.open)}
        </PageLink>
      ) : (
        none
      ),
  },
  { id: 'queue', header: 'Queue', cell: ({ task }) => <span className={styles['word']}>{task.queue}</span> },
  {
    id: 'source',
    header: 'Source',
    about: 'Which files of the inbox it loads',
    cell: ({ task: { source } }) =>
      source ? (
        <PageLink
          to="/files"
          search={{ source: source.name }}
          size="sm"
          title={source.description}
          className={styles['word']}
        >
          {source.name}
        </PageLink>
      ) : (
        none
      ),
  },
  {
    id: 'waited',
    header: 'Waited p95',
    about: '95 of 100 runs waited as long or less until they began',
    isNumeric: true,
    isExtra: true,
    cell: ({ figures }) => (figures?.waitingMs.p95 == null ? none : formatDuration(figures.waitingMs.p95)),
  },
];

/** The share that succeeded; where runs failed it leads to them. */
function Success({ task, figures }: { readonly task: string; readonly figures: TaskFigures | undefined }) {
  if (figures?.successRate == null) return none;
  const { failed } = figures.runs;
  if (failed === 0) return formatShare(figures.successRate);
  return (
    <PageLink
      to="/runs"
      search={{ task, state: 'failed', from: figures.since }}
      size="sm"
      title={`${formatCount(failed)} failed`}
      className={styles['failed']}
    >
      {formatShare(figures.successRate)}
    </PageLink>
  );
}
