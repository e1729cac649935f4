import { formatCount, formatShort } from './format.js';
import { StateBadge } from './state-badge.js';
import styles from './state-tabs.module.css';
import type { StateKind } from './states.js';

export interface StateTabsProps {
  readonly kind: StateKind;
  readonly label: string;
  readonly states: readonly string[];
  /** States, with commas between them. */
  readonly chosen: string | undefined;
  /** How many there are in a state, undefined in all; undefined while that is not known. */
  countOf(state: string | undefined): number | undefined;
  onChange(states: string | undefined): void;
}

/** The states of a list with the number of entries in each; a click narrows the list to them. */
export function StateTabs({ kind, label, states, chosen, countOf, onChange }: StateTabsProps) {
  return (
    <fieldset className={styles['states']} aria-label={label}>
      <button type="button" className={styles['state']} aria-pressed={!chosen} onClick={() => onChange(undefined)}>
        All <Count value={countOf(undefined)} />
      </button>
      {states.map((state) => (
        <button
          key={state}
          type="button"
          className={styles['state']}
          aria-pressed={chosen?.split(',').includes(state) === true}
          onClick={() => onChange(chosen === state ? undefined : state)}
        >
          <StateBadge kind={kind} state={state} /> <Count value={countOf(state)} />
        </button>
      ))}
    </fieldset>
  );
}

/** Has its room before it is known, so that what stands below does not move then. */
function Count({ value }: { readonly value: number | undefined }) {
  return (
    <span className={styles['count']} title={value === undefined ? undefined : formatCount(value)}>
      {value !== undefined && formatShort(value)}
    </span>
  );
}
