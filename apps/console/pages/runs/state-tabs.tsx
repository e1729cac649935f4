import type { RunCounts } from '../../generated/api.js';
import { StateTabs } from '../../ui/state-tabs.js';
import { runStates } from '../../ui/states.js';

export interface RunStateTabsProps {
  /** Undefined while they are not known. */
  readonly counts: RunCounts | undefined;
  /** States, with commas between them. */
  readonly chosen: string | undefined;
  onChange(states: string | undefined): void;
}

/** How many runs there are in each state of those that the other filters find. */
export function RunStateTabs({ counts, chosen, onChange }: RunStateTabsProps) {
  const countOf = (state: string | undefined): number | undefined =>
    state === undefined ? counts?.count : counts && (counts.groups.find(({ value }) => value === state)?.count ?? 0);
  return (
    <StateTabs
      kind="run"
      label="State of the runs"
      states={Object.keys(runStates)}
      chosen={chosen}
      countOf={countOf}
      onChange={onChange}
    />
  );
}
