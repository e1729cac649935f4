import { Link } from '@tanstack/react-router';
import type { Overview } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { StateBadge } from '../../ui/state-badge.js';
import styles from './states-panel.module.css';

/** How many runs and files there are in each state, each with the way to them. */
export function StatesPanel({ now: { runs, files } }: { readonly now: Overview }) {
  return (
    <Panel title="All runs and files">
      <div className={styles['lists']}>
        <States kind="run" label="Runs by state" to="/runs" counts={runs} />
        <States kind="file" label="Files by state" to="/files" counts={files} />
      </div>
    </Panel>
  );
}

interface StatesProps {
  readonly kind: 'run' | 'file';
  readonly label: string;
  readonly to: '/runs' | '/files';
  readonly counts: Readonly<Record<string, number>> | null;
}

function States({ kind, label, to, counts }: StatesProps) {
  if (!counts) return <p className="dim">{label}: cannot be read now.</p>;
  return (
    <ul className={styles['list']} aria-label={label}>
      {Object.entries(counts).map(([state, count]) => (
        <li key={state} data-none={count === 0 || undefined}>
          <Link to={to} search={{ state }} className={styles['state']}>
            <StateBadge kind={kind} state={state} />
            <span className={styles['count']}>{formatCount(count)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
