import { SegmentedControl } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { call } from '../../client/call.js';
import { listWorkers, type WorkerDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { EmptyNote, LoadingNote, ProblemNote } from '../../ui/notes.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { workerColumns } from './worker-columns.js';
import styles from './workers.module.css';

const pageSize = 100;

/** Which workers are shown; the first unless somebody chooses. */
const choices = [
  { value: 'living,silent', label: 'At work', none: 'No worker is at work' },
  { value: 'lost', label: 'Lost', none: 'No worker is lost' },
  { value: 'stopped', label: 'Stopped', none: 'No worker has stopped' },
  { value: 'living,silent,lost,stopped', label: 'All', none: 'There is no worker' },
] as const;
const [atWork] = choices;

/** The worker processes, those that started last first. */
export function WorkersTable() {
  const [texts, setTexts] = useTexts();
  const choice = choices.find(({ value }) => value === texts['state']) ?? atWork;
  const state = choice.value;
  const workers = useInfiniteQuery({
    queryKey: ['workers', state],
    queryFn: ({ pageParam, signal }) =>
      call(listWorkers({ state, limit: pageSize, ...(pageParam === '' ? {} : { cursor: pageParam }) }, { signal })),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    // Signs of life have no events; what the workers run has.
    refetchInterval: 5_000,
    meta: { live: ['runs'] },
  });
  const pages = workers.data?.pages;
  const rows = useMemo(() => {
    const byId = new Map<string, WorkerDetail>();
    for (const { items } of pages ?? []) for (const worker of items) byId.set(worker.id, worker);
    return [...byId.values()];
  }, [pages]);
  const held = useHeldList(rows, ({ id }) => id, workers.isPlaceholderData ? undefined : state);
  return (
    <div ref={held.part} className={styles['workers']}>
      {workers.error && <ProblemNote error={workers.error} onRetry={() => void workers.refetch()} />}
      {pages === undefined ? (
        !workers.error && <LoadingNote what="the workers" />
      ) : (
        <DataTable
          label="Workers"
          columns={workerColumns}
          rows={held.rows}
          idOf={({ id }) => id}
          bar={
            <>
              <SegmentedControl
                size="xs"
                aria-label="Which workers"
                data={choices.map(({ value, label }) => ({ value, label }))}
                value={state}
                onChange={(value) => setTexts({ state: value === atWork.value ? undefined : value })}
              />
              <NewRows count={held.newCount} what="worker" onShow={held.showNew} />
            </>
          }
          empty={
            choice === atWork ? (
              <EmptyNote title={choice.none}>
                Runs wait until one is. <code>npm start</code> starts workers along with everything else (setting{' '}
                <code>WORKERS</code>), <code>docker compose up --scale worker=2</code> in containers; the log of a
                worker says why it did not stay.
              </EmptyNote>
            ) : (
              <EmptyNote title={choice.none} />
            )
          }
          foot={workers.hasNextPage && <More of={workers} count={held.rows.length} />}
        />
      )}
    </div>
  );
}
