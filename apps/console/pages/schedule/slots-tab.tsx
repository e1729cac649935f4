import { Button } from '@mantine/core';
import { useMemo } from 'react';
import type { ScheduleDetail, Slot } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { slotStates } from '../../ui/states.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { Time } from '../../ui/time.js';
import { wallIn } from '../schedules/zone-words.js';
import { SlotOutcome } from './slot-outcome.js';
import { useSlots } from './use-schedule-data.js';

const filters: readonly Filter[] = [
  {
    kind: 'choice',
    name: 'state',
    label: 'State',
    isMain: true,
    isMany: true,
    options: Object.keys(slotStates).map((value) => ({ value, label: value })),
  },
  { kind: 'time', name: 'from', label: 'Slots from (your time)', isMain: true },
  { kind: 'time', name: 'to', label: 'until (your time)', isMain: true },
];

const idOf = ({ slotAt, lastSlotAt, state }: Slot): string => `${slotAt} ${lastSlotAt} ${state}`;

export interface SlotsTabProps {
  readonly schedule: ScheduleDetail;
  /** Opens the backfill of a span; undefined: there can be none. */
  readonly onBackfill: ((from: string, to: string) => void) | undefined;
}

/** All slots of a schedule and what became of them. */
export function SlotsTab({ schedule, onBackfill }: SlotsTabProps) {
  const [texts, change] = useTexts();
  const query = useSlots(schedule.name, { state: texts['state'], from: texts['from'], to: texts['to'] });
  const all = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const held = useHeldList(
    all,
    idOf,
    query.isPlaceholderData ? undefined : JSON.stringify([texts['state'], texts['from'], texts['to']]),
  );
  const columns = useMemo(() => columnsOf(schedule.timezone, onBackfill), [schedule.timezone, onBackfill]);
  return (
    <div ref={held.part}>
      <FilterBar filters={filters} values={texts} onChange={change} />
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.data === undefined ? (
        !query.error && <LoadingNote what="slots" />
      ) : (
        <DataTable
          label="Slots"
          columns={columns}
          rows={held.rows}
          idOf={idOf}
          bar={<NewRows count={held.newCount} what="slot" onShow={held.showNew} />}
          empty={
            <EmptyNote title="No slot was decided yet">
              {filters.some(({ name }) => texts[name] !== undefined)
                ? 'None fits these filters; take one of them away.'
                : 'The calendar shows those that are to come. A backfill fires those before the schedule was made.'}
            </EmptyNote>
          }
          foot={<More of={query} count={held.rows.length} />}
        />
      )}
    </div>
  );
}

const columnsOf = (timezone: string, onBackfill: SlotsTabProps['onBackfill']): readonly Column<Slot>[] => [
  {
    id: 'slot',
    header: `Slot (${timezone})`,
    isFixed: true,
    cell: ({ slotAt, lastSlotAt }) => (
      <>
        <time dateTime={slotAt}>{wallIn(timezone, slotAt)}</time>
        {lastSlotAt !== slotAt && (
          <>
            {' – '}
            <time dateTime={lastSlotAt}>{wallIn(timezone, lastSlotAt)}</time>
          </>
        )}
      </>
    ),
  },
  { id: 'ago', header: 'When', cell: ({ lastSlotAt }) => <Time at={lastSlotAt} /> },
  { id: 'state', header: 'What became of it', cell: (slot) => <SlotOutcome slot={slot} /> },
  { id: 'decided', header: 'Decided', cell: ({ decidedAt }) => <Time at={decidedAt} /> },
  {
    id: 'actions',
    header: 'Actions',
    cell: ({ state, slotAt, lastSlotAt }) =>
      onBackfill !== undefined &&
      (state === 'missed' || state === 'skipped' || state === 'failed') && (
        <Button variant="default" size="compact-xs" onClick={() => onBackfill(slotAt, lastSlotAt)}>
          Backfill …
        </Button>
      ),
  },
];
