import { Button, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Run } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, StandingStill, useHeldList } from '../../ui/table/held-list.js';
import { ChosenBar } from './chosen-bar.js';
import { runColumns } from './run-columns.js';
import { useRuns } from './use-runs.js';

const idOf = ({ id }: Run): string => id;

export interface RunsListProps {
  /** The filters of the address. */
  readonly wanted: Texts;
  readonly sort: string;
  onSort(sort: string): void;
  onClear(): void;
}

/** The runs that the filters find. While somebody reads, no row moves; rows that came meanwhile are counted, and a click shows them. */
export function RunsList({ wanted, sort, onSort, onClear }: RunsListProps) {
  const { pages, rows, isLong, restart } = useRuns(wanted, sort);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const isOld = pages.isPlaceholderData || pages.data === undefined;
  const held = useHeldList(rows, idOf, isOld ? undefined : JSON.stringify([wanted, sort]));
  // Those that the filters hide by now are chosen no more.
  const chosenRuns = useMemo(() => held.rows.filter(({ id }) => chosen.has(id)), [held.rows, chosen]);
  const chosenIds = useMemo(() => new Set(chosenRuns.map(idOf)), [chosenRuns]);
  const toNewest = (): void => {
    held.showNew();
    if (isLong) restart();
  };
  const hasFilters = Object.keys(wanted).length > 0;
  return (
    <div ref={held.part}>
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.data === undefined ? (
        !pages.error && <LoadingNote what="runs" />
      ) : (
        <DataTable
          label="Runs"
          columns={runColumns}
          rows={held.rows}
          idOf={idOf}
          sort={{ by: sort, onChange: onSort }}
          selection={{ ids: chosenIds, onChange: setChosen }}
          bar={
            <>
              <ChosenBar chosen={chosenRuns} onClear={() => setChosen(new Set())} />
              <NewRows count={held.newCount} what="run" onShow={toNewest} />
              <StandingStill isLong={isLong} onRestart={toNewest} />
              {pages.isPlaceholderData && (
                <Text size="xs" c="dimmed" role="status">
                  Looking …
                </Text>
              )}
            </>
          }
          empty={<NoRuns hasFilters={hasFilters} hasMore={pages.hasNextPage} onClear={onClear} />}
          foot={<More of={pages} count={held.rows.length} />}
        />
      )}
    </div>
  );
}

function NoRuns({
  hasFilters,
  hasMore,
  onClear,
}: {
  readonly hasFilters: boolean;
  readonly hasMore: boolean;
  onClear(): void;
}) {
  if (hasMore) return <EmptyNote title="None found yet">The search goes through older runs, page by page.</EmptyNote>;
  if (!hasFilters)
    return (
      <EmptyNote title="No run was recorded yet">
        Put files into the inbox (see Upload), or start a task under Tasks: its run appears here at once.
      </EmptyNote>
    );
  return (
    <EmptyNote title="No run fits these filters">
      <Button variant="default" onClick={onClear} mt={4}>
        Clear all filters
      </Button>
    </EmptyNote>
  );
}
