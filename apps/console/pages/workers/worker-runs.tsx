import type { WorkerDetail } from '../../generated/api.js';
import { Duration } from '../../ui/duration.js';
import { countOf } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import styles from './workers.module.css';

const most = 4;

/** What a worker does now, each with the way to its run. */
export function WorkerRuns({ runs }: Pick<WorkerDetail, 'runs'>) {
  if (runs.length === 0) return <span className="dim">nothing</span>;
  return (
    <ul className={styles['runs']}>
      {runs.slice(0, most).map(({ id, task, attempt, since }) => (
        <li key={id}>
          <PageLink to="/runs/$id" params={{ id }} size="sm">
            {task}
          </PageLink>{' '}
          <span className={styles['since']}>
            {attempt > 1 && `attempt ${attempt}, `}
            <Duration startedAt={since} endedAt={null} />
          </span>
        </li>
      ))}
      {runs.length > most && <li className={styles['since']}>and {countOf(runs.length - most, 'more run')}</li>}
    </ul>
  );
}
