import { SegmentedControl, Title } from '@mantine/core';
import { useMemo } from 'react';
import type { VehicleHistoryEntry } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { type Filter, setFilters } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { countOf } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { EmptyNote } from '../../ui/notes.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { formatInstant } from '../../ui/time-words.js';
import { FilteredView } from '../dataset/filtered-view.js';
import styles from './fleet.module.css';
import { StatusWord } from './status-word.js';
import { type HistoryFilter, useVehicleHistory } from './use-fleet.js';

const filters: readonly Filter[] = [
  { name: 'from', label: 'From', kind: 'time', isMain: true },
  { name: 'to', label: 'To', kind: 'time', isMain: true },
];
const kinds = [
  { value: '', label: 'All' },
  { value: 'status', label: 'Statuses' },
  { value: 'detection', label: 'Detections' },
];

const idOf = ({ kind, fileId, ordinal }: VehicleHistoryEntry): string => `${kind} ${fileId} ${ordinal}`;

export interface HistoryTableProps {
  readonly id: string;
  readonly texts: Texts;
  onChange(change: Texts): void;
}

/** Statuses and detections of a vehicle in one order of time, all of them, page by page. */
export function HistoryTable({ id, texts, onChange }: HistoryTableProps) {
  const { kind, from, to } = texts;
  const sort = texts['sort'] === 'at' ? 'at' : '-at';
  const filter: HistoryFilter = {
    ...(kind === 'status' || kind === 'detection' ? { kind } : {}),
    ...(from ? { $from: from } : {}),
    ...(to ? { to } : {}),
    sort,
  };
  const query = useVehicleHistory(id, filter);
  const found = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const held = useHeldList(
    found,
    idOf,
    query.isPlaceholderData || !query.data ? undefined : JSON.stringify([id, filter]),
  );
  return (
    <section aria-label="Row by row" ref={held.part}>
      <Title order={2} fz="md" mb="xs">
        Row by row
      </Title>
      <div className={styles['find']}>
        <FilterBar filters={filters} values={texts} onChange={onChange} />
        <SegmentedControl
          size="xs"
          aria-label="Kind of row"
          data={kinds}
          value={filter.kind ?? ''}
          onChange={(next) => onChange({ kind: next || undefined })}
        />
      </div>
      <FilteredView query={query} what="its rows">
        {() => (
          <DataTable
            label="History of a vehicle"
            columns={columns}
            rows={held.rows}
            idOf={idOf}
            sort={{ by: sort, onChange: (by) => onChange({ sort: by === 'at' ? by : undefined }) }}
            bar={<NewRows count={held.newCount} what="row" onShow={held.showNew} />}
            empty={
              setFilters(filters, texts).length > 0 || filter.kind ? (
                <EmptyNote title="Nothing fits these filters">Take one of them away.</EmptyNote>
              ) : (
                <EmptyNote title="There is nothing of this vehicle" />
              )
            }
            foot={held.rows.length > 0 && <More of={query} count={held.rows.length} />}
          />
        )}
      </FilteredView>
    </section>
  );
}

const columns: readonly Column<VehicleHistoryEntry>[] = [
  {
    id: 'at',
    header: 'Time',
    isFixed: true,
    minWidth: 230,
    sort: 'at',
    cell: ({ at }) => (
      <time dateTime={at} title={at}>
        {formatInstant(at)}
      </time>
    ),
  },
  { id: 'kind', header: 'Kind', cell: ({ kind }) => kind },
  {
    id: 'what',
    header: 'What',
    minWidth: 160,
    cell: ({ kind, status, objectType, objectValue }) =>
      kind === 'status' ? (
        <StatusWord status={status} />
      ) : (
        countOf(objectValue ?? 0, objectType ?? '', objectType ?? '')
      ),
  },
  {
    id: 'file',
    header: 'From file',
    about: 'The file that the row is in, and which row of it',
    cell: ({ fileId, ordinal }) => (
      <PageLink to="/files/$id" params={{ id: fileId }} size="sm">
        {fileId}, row {ordinal}
      </PageLink>
    ),
  },
];
