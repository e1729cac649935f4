import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SeriesBars } from '../../charts/series-bars.js';
import { call } from '../../client/call.js';
import type { Run } from '../../generated/api.js';
import { getRunSeries, listRuns } from '../../generated/api.js';
import { ButtonLink, PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { RunId } from '../../ui/run-id.js';
import { StateBadge } from '../../ui/state-badge.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { Time } from '../../ui/time.js';
import { RunDuration } from '../run/run-duration.js';
import styles from './task-page.module.css';

const shownRuns = 20;
const none: readonly Run[] = [];
const idOf = ({ id }: Run): string => id;

/** The last runs of a task and how many there were; the list of runs has all. */
export function TaskRunsTab({ name }: { readonly name: string }) {
  const navigate = useNavigate();
  const runs = useQuery({
    queryKey: ['runs', 'of-task', name],
    queryFn: ({ signal }) => call(listRuns({ task: name, limit: shownRuns }, { signal })),
    meta: { live: ['runs'] },
  });
  const series = useQuery({
    queryKey: ['runs', 'series-of-task', name],
    queryFn: ({ signal }) => call(getRunSeries({ task: name, grain: 'day', by: 'state' }, { signal })),
    meta: { live: ['runs'] },
  });
  const held = useHeldList(runs.data?.items ?? none, idOf, runs.data && name);
  return (
    <div className={styles['stack']}>
      <Panel title="Runs of the last 30 days">
        <QueryView query={series} what="how many runs there were">
          {({ slices, end, groups }) => (
            <SeriesBars
              title="Runs by day (UTC)"
              slices={slices}
              end={end}
              groups={groups.map(({ value, runs: values }) => ({ label: value ?? 'others', values }))}
              unit="runs"
              height={170}
              onSlice={(from, to) => void navigate({ to: '/runs', search: { task: name, from, to: lastOf(to) } })}
            />
          )}
        </QueryView>
      </Panel>
      <div ref={held.part}>
        <QueryView query={runs} what="the runs">
          {({ nextCursor }) => (
            <DataTable
              label="Last runs"
              columns={runColumns}
              rows={held.rows}
              idOf={idOf}
              bar={
                <>
                  <ButtonLink variant="default" to="/runs" search={{ task: name }}>
                    {nextCursor === null ? 'Show in the list of runs' : `All runs of ${name}`}
                  </ButtonLink>
                  <NewRows count={held.newCount} what="run" onShow={held.showNew} />
                </>
              }
              empty={<EmptyNote title="It has not run yet">The tab "Run" starts it with an input of yours.</EmptyNote>}
            />
          )}
        </QueryView>
      </div>
    </div>
  );
}

/** Of a slice of time: when the next one begins is not of it, and the filter takes all up to its end. */
const lastOf = (end: string): string => new Date(Date.parse(end) - 1).toISOString();

const runColumns: readonly Column<Run>[] = [
  {
    id: 'run',
    header: 'Run',
    isFixed: true,
    cell: ({ id, createdAt }) => (
      <PageLink to="/runs/$id" params={{ id }} size="sm" fw={550}>
        <Time at={createdAt} />
      </PageLink>
    ),
  },
  { id: 'state', header: 'State', cell: ({ state }) => <StateBadge kind="run" state={state} /> },
  { id: 'trigger', header: 'Trigger', about: 'What asked for it', cell: ({ trigger }) => trigger },
  {
    id: 'duration',
    header: 'Duration',
    isNumeric: true,
    cell: (run) => <RunDuration run={run} />,
  },
  { id: 'attempt', header: 'Attempts', isNumeric: true, cell: ({ attempt }) => attempt },
  { id: 'id', header: 'Id', cell: ({ id }) => <RunId id={id} /> },
];
