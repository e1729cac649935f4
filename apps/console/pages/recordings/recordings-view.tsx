import { useMemo } from 'react';
import type { Recording } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { formatCount, formatDuration } from '../../ui/format.js';
import { EmptyNote } from '../../ui/notes.js';
import type { Column } from '../../ui/table/column.js';
import { DataTable } from '../../ui/table/data-table.js';
import { More } from '../../ui/table/endless.js';
import { NewRows, useHeldList } from '../../ui/table/held-list.js';
import { When } from '../../ui/when.js';
import { FilteredView } from '../dataset/filtered-view.js';
import { RecordingLink } from './links.js';
import { NoRecordings } from './no-recordings.js';
import { RecordingDetail } from './recording-detail.js';
import { useChoices, useRecordings } from './use-recordings.js';

const idOf = ({ id }: Recording): string => id;

/** The drives: where and when, how much each has; or one of them, where the address names it. */
export function RecordingsView() {
  const [texts, setTexts] = useTexts();
  const recording = texts['recording'];
  if (recording) return <RecordingDetail id={recording} />;
  return <RecordingList location={texts['location']} onChange={setTexts} />;
}

interface RecordingListProps {
  readonly location: string | undefined;
  onChange(change: { readonly location?: string | undefined }): void;
}

function RecordingList({ location, onChange }: RecordingListProps) {
  const locations = useChoices().data?.locations;
  const query = useRecordings(location || undefined);
  const found = useMemo(() => query.data?.pages.flatMap(({ items }) => items) ?? [], [query.data]);
  const held = useHeldList(found, idOf, query.isPlaceholderData || !query.data ? undefined : `of ${location ?? ''}`);
  const filters = useMemo<readonly Filter[]>(
    () => [
      {
        name: 'location',
        label: 'Location',
        kind: 'choice',
        isMain: true,
        options: (locations ?? []).map((each) => ({
          value: each.location,
          label: `${each.location} (${formatCount(each.recordings)})`,
        })),
      },
    ],
    [locations],
  );
  const columns = useMemo(() => columnsOf(location), [location]);
  return (
    <>
      <FilterBar filters={filters} values={{ location }} onChange={onChange} />
      <div ref={held.part}>
        <FilteredView query={query} what="the recordings">
          {() => (
            <DataTable
              label="Recordings"
              columns={columns}
              rows={held.rows}
              idOf={idOf}
              bar={<NewRows count={held.newCount} what="recording" onShow={held.showNew} />}
              empty={
                location ? (
                  <EmptyNote title={`There is no recording of ${location}`}>Take the filter above away.</EmptyNote>
                ) : (
                  <NoRecordings />
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

/** @param filter the location that the list is narrowed to */
const columnsOf = (filter: string | undefined): readonly Column<Recording>[] => [
  {
    id: 'id',
    header: 'Recording',
    isFixed: true,
    minWidth: 160,
    cell: ({ id }) => <RecordingLink id={id} location={filter} />,
  },
  { id: 'location', header: 'Location', cell: ({ location }) => location },
  { id: 'from', header: 'Began', about: 'The first label or value', cell: ({ from }) => <When at={from} /> },
  {
    id: 'length',
    header: 'Length',
    about: 'From the first to the last label or value',
    isNumeric: true,
    cell: ({ from, to }) => (from && to ? formatDuration(Date.parse(to) - Date.parse(from)) : '–'),
  },
  { id: 'footages', header: 'Footages', isNumeric: true, cell: ({ footages }) => formatCount(footages) },
  { id: 'values', header: 'Sensor values', isNumeric: true, cell: ({ values }) => formatCount(values) },
  { id: 'labels', header: 'Labels', isNumeric: true, cell: ({ labels }) => formatCount(labels) },
];
