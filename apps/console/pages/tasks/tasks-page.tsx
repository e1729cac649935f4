import { Group, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useAllFigures, useTasks } from '../../client/tasks.js';
import { useTexts } from '../../shell/use-texts.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { QueryView } from '../../ui/query-view.js';
import { DataTable } from '../../ui/table/data-table.js';
import { type ListedTask, taskColumns } from './task-columns.js';

const periods = [
  { value: '1', label: '24 hours' },
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
] as const;

/** All tasks: what each does, and how its runs went. */
export function TasksPage() {
  const [texts, change] = useTexts();
  const days = periods.find(({ value }) => value === texts['days'])?.value ?? '7';
  const tasks = useTasks();
  const figures = useAllFigures(Number(days));
  const wanted = texts['text'] ?? '';
  const [typed, setTyped] = useState(wanted);
  const [asked, setAsked] = useState(wanted);
  // Somebody went back, or followed a link.
  if (asked !== wanted) {
    setAsked(wanted);
    setTyped(wanted);
  }
  const isOpenOnly = texts['open'] === 'yes';
  const rows = useMemo(() => {
    const byTask = new Map(figures.data?.items.map((each) => [each.task, each]));
    return (tasks.data?.items ?? [])
      .map((task): ListedTask => ({ task, figures: byTask.get(task.name) }))
      .filter(({ task, figures: found }) => has(task, wanted) && (!isOpenOnly || (found?.open ?? 0) > 0));
  }, [tasks.data, figures.data, wanted, isOpenOnly]);
  const columns = useMemo(() => taskColumns(Number(days)), [days]);
  const all = tasks.data?.items.length ?? 0;
  return (
    <Page title="Tasks" about="What can be run: by files that arrive, by schedules, by other tasks, and by hand.">
      <Group gap="md" mb="sm" align="flex-end">
        <TextInput
          label="Name, description, queue or source"
          size="xs"
          type="search"
          w={300}
          value={typed}
          onChange={(event) => {
            const text = event.currentTarget.value;
            setTyped(text);
            setAsked(text.trim());
            change({ text: text.trim() === '' ? undefined : text.trim() }, 'replace');
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label="Figures of the last"
          value={days}
          onChange={(value) => change({ days: value === '7' ? undefined : value })}
          data={periods.map((period) => ({ ...period }))}
        />
        <Switch
          size="xs"
          label="Only with open runs"
          checked={isOpenOnly}
          onChange={(event) => change({ open: event.currentTarget.checked ? 'yes' : undefined })}
        />
      </Group>
      {figures.error && <ProblemNote error={figures.error} onRetry={() => void figures.refetch()} />}
      <QueryView query={tasks} what="the tasks">
        {() => (
          <DataTable
            label="Tasks"
            columns={columns}
            rows={rows}
            idOf={({ task }) => task.name}
            bar={
              <span className="dim">
                {rows.length === all ? `${all} tasks` : `${rows.length} of ${all} tasks, by the filter`}
              </span>
            }
            empty={
              isOpenOnly && figures.data === undefined && !figures.error ? (
                <LoadingNote what="which tasks have open runs" />
              ) : (
                <EmptyNote title="No task fits">
                  {isOpenOnly
                    ? 'No task that fits the text has open runs now.'
                    : `None has "${wanted}" in its name, description, queue or source.`}
                </EmptyNote>
              )
            }
          />
        )}
      </QueryView>
    </Page>
  );
}

const has = ({ name, description, queue, source }: ListedTask['task'], text: string): boolean => {
  const words = `${name} ${description} ${queue} ${source?.name ?? ''}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.includes(word));
};
