import { useQuery } from '@tanstack/react-query';
import { call } from '../../client/call.js';
import { type Dataset, listDatasets } from '../../generated/api.js';
import { formatBytes, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import { Page } from '../../ui/page.js';
import { QueryView } from '../../ui/query-view.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { Time } from '../../ui/time.js';
import { NewestRow } from '../dataset/newest-row.js';
import { viewsOf } from '../dataset/views.js';
import styles from './datasets.module.css';

const none = <span className="dim">–</span>;

const columns: readonly Column<Dataset>[] = [
  {
    id: 'name',
    header: 'Dataset',
    isFixed: true,
    cell: ({ name, description }) => (
      <div className={styles['name']}>
        <PageLink to="/datasets/$name" params={{ name }} fw={600} inherit>
          {name}
        </PageLink>
        <div className="dim">{description}</div>
        <div className={styles['views']}>
          {viewsOf(name).map(({ view, label }) => (
            <PageLink key={view} to="/datasets/$name" params={{ name }} search={{ view }} size="xs">
              {label}
            </PageLink>
          ))}
        </div>
      </div>
    ),
  },
  { id: 'rows', header: 'Rows', isNumeric: true, cell: ({ rows }) => formatCount(rows) },
  {
    id: 'files',
    header: 'Files',
    about: 'Loaded files',
    isNumeric: true,
    cell: ({ files, source }) => (
      <PageLink to="/files" search={{ source: source.name, state: 'loaded' }} inherit>
        {formatCount(files)}
      </PageLink>
    ),
  },
  {
    id: 'fresh',
    header: 'Last load',
    cell: ({ freshness, files, lastLoad }) =>
      files === 0 ? (
        <span className="dim">never</span>
      ) : (
        <span className={styles['line']}>
          {lastLoad?.runId ? (
            <PageLink to="/runs/$id" params={{ id: lastLoad.runId }} inherit>
              <Time at={freshness.lastLoadAt} />
            </PageLink>
          ) : (
            <Time at={freshness.lastLoadAt} />
          )}
        </span>
      ),
  },
  {
    id: 'newest',
    header: 'Newest row',
    about: 'Greatest time of its rows',
    cell: ({ freshness: { newestRow } }) => (newestRow === null ? none : <NewestRow at={newestRow} />),
  },
  {
    id: 'task',
    header: 'Loaded by',
    cell: ({ source: { task } }) => (
      <PageLink to="/tasks/$name" params={{ name: task }} inherit>
        {task}
      </PageLink>
    ),
  },
  {
    id: 'size',
    header: 'On disk',
    isNumeric: true,
    cell: ({ size }) => (size === null ? none : formatBytes(size.bytes)),
  },
  { id: 'takes', header: 'Takes', isExtra: true, cell: ({ source }) => source.description },
  { id: 'table', header: 'Table', isExtra: true, cell: ({ table }) => <code>{table}</code> },
];

/** All datasets: how large and fresh each is, and the ways into it. */
export function DatasetsPage() {
  const query = useQuery({
    queryKey: ['datasets'],
    queryFn: ({ signal }) => call(listDatasets({ signal })),
    meta: { live: ['files'] },
  });
  return (
    <Page title="Datasets" about="The tables that files are loaded into; each row knows its file and its run">
      <QueryView query={query} what="the datasets">
        {({ items }) => (
          <DataTable
            label="Datasets"
            columns={columns}
            rows={items}
            idOf={({ name }) => name}
            empty={
              <EmptyNote title="No task declares a dataset">
                A folder in packages/tasks is a source: its definition says which files it takes and which columns they
                have.
              </EmptyNote>
            }
          />
        )}
      </QueryView>
    </Page>
  );
}
