import { Group } from '@mantine/core';
import { useOverview } from '../../client/overview.js';
import { formatCount, formatShort } from '../../ui/format.js';
import { StateBadge } from '../../ui/state-badge.js';
import { fileStates } from '../../ui/states.js';
import styles from './files-page.module.css';

export interface StateTabsProps {
  /** States, with commas between them. */
  readonly chosen: string | undefined;
  /** Other filters are at work, which the counts do not know: then there are none. */
  readonly isNarrowed: boolean;
  onChange(states: string | undefined): void;
}

/** The states with the number of files in each; a click narrows the ledger to them. */
export function StateTabs({ chosen, isNarrowed, onChange }: StateTabsProps) {
  const counts = useOverview().data?.files ?? undefined;
  const all = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  const countOf = (state: string): number | undefined => counts && new Map(Object.entries(counts)).get(state);
  return (
    <Group gap={4} mb={10} role="group" aria-label="State of the files">
      <button type="button" className={styles['state']} aria-pressed={!chosen} onClick={() => onChange(undefined)}>
        All <Count value={all} isHidden={isNarrowed} />
      </button>
      {Object.keys(fileStates).map((state) => (
        <button
          key={state}
          type="button"
          className={styles['state']}
          aria-pressed={chosen?.split(',').includes(state) === true}
          onClick={() => onChange(chosen === state ? undefined : state)}
        >
          <StateBadge kind="file" state={state} /> <Count value={countOf(state)} isHidden={isNarrowed} />
        </button>
      ))}
    </Group>
  );
}

function Count({ value, isHidden }: { readonly value: number | undefined; readonly isHidden: boolean }) {
  if (isHidden || value === undefined) return null;
  return (
    <span className={styles['count']} title={formatCount(value)}>
      {formatShort(value)}
    </span>
  );
}
