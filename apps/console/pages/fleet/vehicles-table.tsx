import { Button, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type FormEvent, useMemo, useState } from 'react';
import type { Vehicle } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { type Filter, setFilters } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { EmptyNote } from '../../ui/notes.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { When } from '../../ui/when.js';
import { FilteredView } from '../dataset/filtered-view.js';
import styles from './fleet.module.css';
import { StatusWord } from './status-word.js';
import { useFleet, useVehicles, type VehicleFilter } from './use-fleet.js';
import { VehicleLink } from './vehicle-link.js';

const idOf = ({ vehicleId }: Vehicle): string => vehicleId;

const yesOrNo = [
  { value: 'true', label: 'yes' },
  { value: 'false', label: 'no' },
];

export interface VehiclesTableProps {
  readonly texts: Texts;
  onChange(change: Texts): void;
}

/** Every vehicle with its latest status. */
export function VehiclesTable({ texts, onChange }: VehiclesTableProps) {
  const statuses = useFleet().data?.reports.statuses;
  const filters = useMemo<readonly Filter[]>(
    () => [
      {
        name: 'status',
        label: 'Status',
        kind: 'choice',
        isMain: true,
        options: (statuses ?? []).map((status) => ({ value: status, label: status })),
      },
      { name: 'hasAccident', label: 'Ever had an accident', kind: 'choice', isMain: true, options: yesOrNo },
      { name: 'reported', label: 'Reported a status', kind: 'choice', isMain: true, options: yesOrNo },
    ],
    [statuses],
  );
  const { status, hasAccident, reported } = texts;
  const filter: VehicleFilter = {
    ...(status ? { status } : {}),
    ...(hasAccident ? { hasAccident: hasAccident === 'true' } : {}),
    ...(reported ? { reported: reported === 'true' } : {}),
  };
  const query = useVehicles(filter);
  const found = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const held = useHeldList(found, idOf, query.isPlaceholderData || !query.data ? undefined : JSON.stringify(filter));
  return (
    <>
      <div className={styles['find']}>
        <FilterBar filters={filters} values={texts} onChange={onChange} />
        <FindVehicle onFind={(vehicle) => onChange({ vehicle })} />
      </div>
      <div ref={held.part}>
        <FilteredView query={query} what="the vehicles">
          {() => (
            <DataTable
              label="Vehicles"
              columns={columns}
              rows={held.rows}
              idOf={idOf}
              bar={<NewRows count={held.newCount} what="vehicle" onShow={held.showNew} />}
              empty={
                setFilters(filters, texts).length > 0 ? (
                  <EmptyNote title="No vehicle fits these filters">Take one of the filters above away.</EmptyNote>
                ) : (
                  <EmptyNote title="There is no vehicle yet">
                    Put files named <code>vehicles_status_*.json</code> or <code>objects_detection_*.json</code> into
                    the inbox, or upload them.
                  </EmptyNote>
                )
              }
              foot={held.rows.length > 0 && <More of={query} count={held.rows.length} />}
            />
          )}
        </FilteredView>
      </div>
    </>
  );
}

/** Goes to the history of a vehicle that one knows by its id. */
function FindVehicle({ onFind }: { onFind(id: string): void }) {
  const [id, setId] = useState('');
  const find = (event: FormEvent): void => {
    event.preventDefault();
    if (id.trim() !== '') onFind(id.trim());
  };
  return (
    <form className={styles['findForm']} onSubmit={find}>
      <TextInput
        size="xs"
        label="Vehicle"
        placeholder="its whole id"
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" size="xs">
        Show its history
      </Button>
    </form>
  );
}

const columns: readonly Column<Vehicle>[] = [
  {
    id: 'vehicle',
    header: 'Vehicle',
    isFixed: true,
    minWidth: 280,
    cell: ({ vehicleId }) => <VehicleLink id={vehicleId} />,
  },
  {
    id: 'status',
    header: 'Status',
    about: 'What the latest report says, whenever its file came',
    minWidth: 120,
    cell: ({ status }) => <StatusWord status={status} />,
  },
  {
    id: 'since',
    header: 'Since',
    about: 'The first report after the last one that says otherwise',
    cell: ({ since }) => <When at={since} />,
  },
  { id: 'reportedAt', header: 'Last report', cell: ({ reportedAt }) => <When at={reportedAt} /> },
  {
    id: 'hasAccident',
    header: 'Accidents',
    about: 'Whether it ever reported an accident',
    cell: ({ hasAccident }) =>
      hasAccident ? (
        <span className={styles['quiet']}>
          <IconAlertTriangle size={15} aria-hidden color="var(--mr-bad)" /> had one
        </span>
      ) : (
        <span className="dim">none</span>
      ),
  },
];
