import { useOverview } from '../../client/overview.js';
import { StateTabs } from '../../ui/state-tabs.js';
import { fileStates } from '../../ui/states.js';

export interface FileStateTabsProps {
  /** States, with commas between them. */
  readonly chosen: string | undefined;
  /** Other filters are at work, which the counts do not know: then there are none. */
  readonly isNarrowed: boolean;
  onChange(states: string | undefined): void;
}

/** The states with the number of files in each. */
export function FileStateTabs({ chosen, isNarrowed, onChange }: FileStateTabsProps) {
  const files = useOverview().data?.files ?? undefined;
  const counts = files && new Map(Object.entries(files));
  const countOf = (state: string | undefined): number | undefined => {
    if (isNarrowed || !counts) return undefined;
    return state === undefined ? [...counts.values()].reduce((sum, count) => sum + count, 0) : counts.get(state);
  };
  return (
    <StateTabs
      kind="file"
      label="State of the files"
      states={Object.keys(fileStates)}
      chosen={chosen}
      countOf={countOf}
      onChange={onChange}
    />
  );
}
