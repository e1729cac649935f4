import { Bars } from '../../charts/bars.js';
import { EmptyNote } from '../../ui/notes.js';
import { QueryView } from '../../ui/query-view.js';
import styles from './fleet.module.css';
import { statusColour } from './status-word.js';
import { useStatusCounts } from './use-fleet.js';

export interface StatusCountsProps {
  readonly chosen: string | undefined;
  onChange(status: string | undefined): void;
}

/** How many vehicles have which status now; a click narrows the table to it. */
export function StatusCounts({ chosen, onChange }: StatusCountsProps) {
  return (
    <div className={styles['card']}>
      <QueryView query={useStatusCounts()} what="the statuses">
        {({ items }) =>
          items.length === 0 ? (
            <EmptyNote title="No vehicle has reported a status">
              Put files named <code>vehicles_status_*.json</code> into the inbox, or upload them.
            </EmptyNote>
          ) : (
            <Bars
              title="Vehicles by their latest status"
              bars={[...items]
                .sort((a, b) => b.vehicles - a.vehicles)
                .map(({ status, vehicles }) => ({ label: status, value: vehicles }))}
              unit="vehicles"
              axis="status"
              height={190}
              colour={statusColour}
              onBar={(status) => onChange(status === chosen ? undefined : status)}
            />
          )
        }
      </QueryView>
    </div>
  );
}
