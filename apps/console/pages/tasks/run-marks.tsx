import { Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { TaskFigures } from '../../generated/api.js';
import { formatDuration } from '../../ui/format.js';
import { lookOf } from '../../ui/states.js';
import { formatAgo } from '../../ui/time-words.js';
import { useNow } from '../../ui/use-now.js';
import styles from './run-marks.module.css';

/** The last runs as small marks, the newest last: each tells its state by sign and colour, and leads to its run. */
export function RunMarks({ runs, task }: { readonly runs: TaskFigures['lastRuns']; readonly task: string }) {
  const now = useNow();
  if (runs.length === 0) return <span className="dim">none yet</span>;
  return (
    <ul className={styles['marks']} aria-label={`Last runs of ${task}, the newest last`}>
      {runs.toReversed().map(({ id, state, createdAt, durationMs }) => {
        const { colour, Icon } = lookOf('run', state);
        const words = `${state}, ${formatAgo(createdAt, now)}${durationMs === null ? '' : `, took ${formatDuration(durationMs)}`}`;
        return (
          <li key={id}>
            <Tooltip label={words} events={{ hover: true, focus: true, touch: false }}>
              <Link
                to="/runs/$id"
                params={{ id }}
                preload={false}
                className={styles['mark']}
                style={{ color: colour }}
                aria-label={words}
              >
                <Icon size={15} stroke={2.2} aria-hidden />
              </Link>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}
