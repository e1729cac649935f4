import { Group, SegmentedControl, Text, Title } from '@mantine/core';
import { call } from '../../client/call.js';
import { listWorkerAttempts, type WorkerAttempt } from '../../generated/api.js';
import { useLivePages } from '../../live/use-live-pages.js';
import { useTexts } from '../../shell/use-texts.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, StandingStill, useHeldList } from '../../ui/table/held-list.js';
import { attemptColumns } from './attempt-columns.js';

const pageSize = 100;

/** Which attempts are shown; the first unless somebody chooses. */
const choices = [
  { value: '', label: 'All', none: 'It has not begun any run' },
  { value: 'succeeded', label: 'Succeeded', none: 'None of its attempts has succeeded' },
  { value: 'failed', label: 'Failed', none: 'None of its attempts has failed' },
  { value: 'lost', label: 'Lost', none: 'None of its attempts was lost' },
  {
    value: 'cancelled,released,suspended',
    label: 'Other',
    none: 'None of its attempts was cancelled, released or suspended',
  },
] as const;
const [all] = choices;

const idOf = ({ runId, number }: WorkerAttempt): string => `${runId} ${number}`;

/** What a worker has tried, the last begun first. */
export function AttemptsTable({ worker }: { readonly worker: string }) {
  const [texts, setTexts] = useTexts();
  const choice = choices.find(({ value }) => value === texts['state']) ?? all;
  const state = choice.value;
  const { pages, rows, isLong, restart } = useLivePages({
    queryKey: ['worker', worker, 'attempts', state],
    read: (cursor, signal) =>
      call(listWorkerAttempts({ id: worker, limit: pageSize, cursor, ...(state === '' ? {} : { state }) }, { signal })),
    idOf,
    subject: 'runs',
    maxLivePages: 2,
  });
  const held = useHeldList(rows, idOf, pages.isPlaceholderData ? undefined : `${worker} ${state}`);
  const toTop = (): void => {
    held.showNew();
    if (isLong) restart();
  };
  return (
    <section aria-label="Attempts">
      {pages.error && <ProblemNote error={pages.error} onRetry={() => void pages.refetch()} />}
      <div ref={held.part}>
        {pages.data === undefined ? (
          !pages.error && <LoadingNote what="its attempts" />
        ) : (
          <DataTable
            label="Attempts"
            columns={attemptColumns}
            rows={held.rows}
            idOf={idOf}
            bar={
              <Group gap="sm">
                <Title order={2} fz="md">
                  Attempts
                </Title>
                <SegmentedControl
                  size="xs"
                  aria-label="Which attempts"
                  data={choices.map(({ value, label }) => ({ value, label }))}
                  value={state}
                  onChange={(value) => setTexts({ state: value === '' ? undefined : value })}
                />
                <NewRows count={held.newCount} what="attempt" onShow={toTop} />
                <StandingStill isLong={isLong} onRestart={toTop} />
                {pages.isPlaceholderData && (
                  <Text size="xs" c="dimmed">
                    Looking …
                  </Text>
                )}
              </Group>
            }
            empty={<EmptyNote title={choice.none} />}
            foot={rows.length > 0 && <More of={pages} count={held.rows.length} />}
          />
        )}
      </div>
    </section>
  );
}
