import { useMemo } from 'react';
import type { Fleet } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { EmptyNote } from '../../ui/notes.js';
import { QueryView } from '../../ui/query-view.js';
import { DayTypes } from './day-types.js';
import styles from './fleet.module.css';
import { ObjectsSeries } from './objects-series.js';
import { useFleet } from './use-fleet.js';

/** What the vehicles detected: objects by type over time, and how they are distributed on a day. */
export function ObjectsView() {
  return (
    <QueryView query={useFleet()} what="the days and types of the fleet">
      {(fleet) =>
        fleet.detections.days.length === 0 ? (
          <EmptyNote title="No detection is loaded yet">
            Put files named <code>objects_detection_*.json</code> into the inbox, or upload them.{' '}
            <code>npm run samples -- --out ./inbox/samples --json 30</code> writes some to try it with.
          </EmptyNote>
        ) : (
          <Objects fleet={fleet} />
        )
      }
    </QueryView>
  );
}

function Objects({ fleet }: { readonly fleet: Fleet }) {
  const [texts, setTexts] = useTexts();
  const { objectTypes, days } = fleet.detections;
  const filters = useMemo<readonly Filter[]>(
    () => [
      {
        name: 'objectType',
        label: 'Type of object',
        kind: 'choice',
        isMain: true,
        options: objectTypes.map((type) => ({ value: type, label: type })),
      },
      { name: 'vehicleId', label: 'Vehicle', kind: 'text', isMain: true, hint: 'its whole id' },
      { name: 'from', label: 'From', kind: 'time', isMain: true },
      { name: 'to', label: 'To', kind: 'time', isMain: true },
    ],
    [objectTypes],
  );
  return (
    <>
      <FilterBar filters={filters} values={texts} onChange={setTexts} />
      <div className={styles['stack']}>
        <ObjectsSeries fleet={fleet} texts={texts} onChange={setTexts} />
        <DayTypes days={days} objectTypes={objectTypes} texts={texts} onChange={setTexts} />
      </div>
    </>
  );
}
