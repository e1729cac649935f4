import type { RunDetail } from '../../generated/api.js';
import { PageLink } from '../../ui/link.js';
import { RunId } from '../../ui/run-id.js';
import { StateBadge } from '../../ui/state-badge.js';
import styles from './run.module.css';
import { RunDuration } from './run-duration.js';

/** The name of a run's page: its task, state, id and duration. */
export function RunHead({ run }: { readonly run: RunDetail }) {
  return (
    <span className={styles['head']}>
      <PageLink to="/tasks/$name" params={{ name: run.task }} inherit>
        {run.task}
      </PageLink>
      {run.invokeKey !== null && <span className="dim">{run.invokeKey}</span>}
      <span className={styles['headState']}>
        <StateBadge kind="run" state={run.state} />
      </span>
      <span className={styles['headSmall']}>
        <RunDuration run={run} />
      </span>
      <span className={styles['headSmall']}>
        <RunId id={run.id} />
      </span>
    </span>
  );
}
