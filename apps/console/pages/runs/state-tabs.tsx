import type { RunCounts } from '../../generated/api.js';
import { formatCount, formatShort } from '../../ui/format.js';
import { StateBadge } from '../../ui/state-badge.js';
import { runStates } from '../../ui/states.js';
import styles from './runs-page.module.css';

export interface StateTabsProps {
  /** Undefined while they are not known. */
  readonly counts: RunCounts | undefined;
  /** States, with commas between them. */
  readonly chosen: string | undefined;
  onChange(states: string | undefined): void;
}

/** How many runs there are in each state of those that the other filters find; a click narrows the list to them. */
export function StateTabs({ counts, chosen, onChange }: StateTabsProps) {
  const countOf = (state: string): number | undefined =>
    counts && (counts.groups.find(({ value }) => value === state)?.count ?? 0);
  return (
    <fieldset className={styles['states']} aria-label="State of the runs">
      <button type="button" className={styles['stateTab']} aria-pressed={!chosen} onClick={() => onChange(undefined)}>
        All <Count value={counts?.count} />
      </button>
      {Object.keys(runStates).map((state) => (
        <button
          key={state}
          type="button"
          className={styles['stateTab']}
          aria-pressed={chosen?.split(',').includes(state) === true}
          onClick={() => onChange(chosen === state ? undefined : state)}
        >
          <StateBadge kind="run" state={state} /> <Count value={countOf(state)} />
        </button>
      ))}
    </fieldset>
  );
}

function Count({ value }: { readonly value: number | undefined }) {
  return (
    <span className={styles['stateCount']} title={value === undefined ? undefined : formatCount(value)}>
      {value === undefined ? '…' : formatShort(value)}
    </span>
  );
}
