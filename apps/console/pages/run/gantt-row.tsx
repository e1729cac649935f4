import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { FlowTreeRun } from '../../generated/api.js';
import { formatDuration } from '../../ui/format.js';
import { lookOf } from '../../ui/states.js';
import { durationOf, type FlowNode, nameInFlow } from './flow-order.js';
import styles from './gantt.module.css';
import type { Span } from './time-span.js';

export interface GanttRowProps {
  readonly node: FlowNode;
  readonly span: Span;
  readonly now: number;
}

/** A run in the timeline: its name, a thin line while it waited, a bar for each attempt; all lead to its page. */
export const GanttRow = memo(function GanttRow({ node: { run, depth }, span, now }: GanttRowProps) {
  const { colour, Icon } = lookOf('run', run.state);
  const end = run.endedAt === null ? now : Date.parse(run.endedAt);
  return (
    <>
      <Link
        to="/runs/$id"
        params={{ id: run.id }}
        className={styles['name']}
        style={{ paddingLeft: 12 + Math.min(depth, 8) * 14 }}
        title={`${nameInFlow(run)}: ${run.state}`}
      >
        <Icon size={13} aria-hidden color={colour} />
        <span className={styles['nameText']}>
          {run.key === null ? run.task : run.key}
          {run.key !== null && <span className="dim"> {run.task}</span>}
        </span>
        <span className={styles['length']}>
          <span className={styles['hiddenState']}>{run.state} </span>
          {run.startedAt === null ? '–' : formatDuration(durationOf(run, now))}
        </span>
      </Link>
      <div className={styles['area']}>
        <Bar span={span} from={Date.parse(run.createdAt)} to={end} className={styles['waiting']} />
        {attemptsOf(run).map(({ number, state, startedAt, endedAt }) => {
          const to = endedAt === null ? now : Date.parse(endedAt);
          const from = Date.parse(startedAt);
          return (
            <Bar
              key={number}
              span={span}
              from={from}
              to={to}
              className={styles['bar']}
              colour={lookOf('attempt', state).colour}
              run={run}
              title={`${nameInFlow(run)}\nattempt ${number}: ${state}, ${formatDuration(Math.max(0, to - from))}${run.errorMessage === null ? '' : `\n${run.errorMessage.slice(0, 300)}`}`}
            />
          );
        })}
      </div>
    </>
  );
});

/** Its attempts; of a run whose attempts are not known one that took all its time. */
function attemptsOf({
  attempts,
  startedAt,
  endedAt,
  state,
  attempt,
}: FlowTreeRun): NonNullable<FlowTreeRun['attempts']> {
  if (attempts && attempts.length > 0) return attempts;
  if (startedAt === null) return [];
  const ended = state === 'succeeded' || state === 'failed' || state === 'cancelled' ? state : 'running';
  return [{ number: Math.max(attempt, 1), state: ended, startedAt, endedAt }];
}

interface BarProps {
  readonly span: Span;
  readonly from: number;
  readonly to: number;
  readonly className: string | undefined;
  readonly colour?: string;
  readonly title?: string;
  /** To where it leads. */
  readonly run?: FlowTreeRun;
}

/** A piece of time; one that is too short to be seen is drawn two pixels wide. */
function Bar({ span, from, to, className, colour, title, run }: BarProps) {
  if (to < span.from || from > span.to) return null;
  const length = span.to - span.from;
  const left = Math.max(0, (from - span.from) / length);
  const right = Math.min(1, (to - span.from) / length);
  const style = { left: `${100 * left}%`, width: `${100 * (right - left)}%`, background: colour };
  if (!run) return <span className={className} style={style} />;
  // The name beside it is the same link for those who go by the keyboard.
  return (
    <Link
      to="/runs/$id"
      params={{ id: run.id }}
      className={className}
      style={style}
      title={title}
      tabIndex={-1}
      aria-label={title}
    />
  );
}
