import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useMayChange } from '../../client/session.js';
import { useTasks } from '../../client/tasks.js';
import { useTexts } from '../../shell/use-texts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewSchedule } from './new-schedule.js';
import { scheduleColumns } from './schedule-columns.js';
import { useSchedules } from './use-schedules.js';

/** All schedules: when they fire, what became of their last slots, and making a new one. */
export function SchedulesPage() {
  const [texts, change] = useTexts();
  const mayChange = useMayChange();
  const tasks = useTasks();
  const filters = useMemo(() => filtersOf((tasks.data?.items ?? []).map(({ name }) => name)), [tasks.data]);
  const paused = { yes: true, no: false }[texts['paused'] ?? ''];
  const schedules = useSchedules({ task: texts['task'], paused });
  const text = (texts['text'] ?? '').toLowerCase();
  const all = useMemo(() => schedules.data?.pages.flatMap(({ items }) => items) ?? [], [schedules.data]);
  const rows = useMemo(
    () => all.filter(({ name, task }) => `${name} ${task}`.toLowerCase().includes(text)),
    [all, text],
  );
  const hasFilters = filters.some(({ name }) => texts[name] !== undefined);
  const make = (): void => change({ form: 'new' });
  return (
    <Page
      title="Schedules"
      about="Rules of when runs are recorded. Each of their times is a slot, which fires once."
      actions={
        <Button
          leftSection={<IconPlus size={15} aria-hidden />}
          onClick={make}
          disabled={!mayChange}
          title={mayChange ? undefined : 'You may look at schedules, but not change them'}
        >
          New schedule
        </Button>
      }
    >
      <FilterBar filters={filters} values={texts} onChange={change} />
      {schedules.error && <ProblemNote error={schedules.error} onRetry={() => void schedules.refetch()} />}
      {schedules.data === undefined ? (
        !schedules.error && <LoadingNote what="schedules" />
      ) : (
        <DataTable
          label="Schedules"
          columns={scheduleColumns}
          rows={rows}
          idOf={({ name }) => name}
          empty={
            schedules.hasNextPage ? (
              <LoadingNote what="more schedules" />
            ) : hasFilters ? (
              <EmptyNote title="No schedule fits these filters">Take one of them away.</EmptyNote>
            ) : (
              <EmptyNote title="There is no schedule yet">
                Make one here, or in the folder of a task: then it is recorded when a worker starts.
              </EmptyNote>
            )
          }
          foot={<More of={schedules} count={rows.length} />}
        />
      )}
      {texts['form'] === 'new' && <NewSchedule onClose={() => change({ form: undefined }, 'replace')} />}
    </Page>
  );
}

const filtersOf = (tasks: readonly string[]): readonly Filter[] => [
  { kind: 'text', name: 'text', label: 'Name', hint: 'part of the name or the task', isMain: true },
  {
    kind: 'choice',
    name: 'task',
    label: 'Task',
    isMain: true,
    options: tasks.map((task) => ({ value: task, label: task })),
  },
  {
    kind: 'choice',
    name: 'paused',
    label: 'Paused',
    hint: 'or not',
    isMain: true,
    options: [
      { value: 'yes', label: 'paused' },
      { value: 'no', label: 'not paused' },
    ],
  },
];
