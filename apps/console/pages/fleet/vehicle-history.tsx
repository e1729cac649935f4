import { Group } from '@mantine/core';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import { countOf, formatCount } from '../../ui/format.js';
import { PageLink } from '../../ui/link.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { When } from '../../ui/when.js';
import styles from './fleet.module.css';
import { HistoryTable } from './history-table.js';
import { StatusLanes } from './status-lanes.js';
import { StatusWord } from './status-word.js';
import { useVehicle, useVehicleSpans } from './use-fleet.js';
import { vehicleFilters } from './vehicle-link.js';
import { VehicleTypes } from './vehicle-types.js';

/** One vehicle: its statuses along time, what it detected, and everything that it sent, row by row. */
export function VehicleHistory({ id }: { readonly id: string }) {
  const [texts, setTexts] = useTexts();
  const spans = useVehicleSpans(id);
  const query = useVehicle(id);
  return (
    <div className={styles['stack']}>
      <Group gap="sm">
        <PageLink to="." search={{ view: texts['view'], ...vehicleFilters(texts) }} size="sm">
          ← All vehicles
        </PageLink>
        <h2 className={styles['vehicle']}>{id}</h2>
      </Group>
      <QueryView query={query} what="the vehicle">
        {(vehicle) => (
          <>
            <div className={styles['top']} style={{ marginBottom: 0 }}>
              <Panel title="Now">
                <Facts
                  of={{
                    Status: <StatusWord status={vehicle.status} />,
                    Since: <When at={vehicle.since} />,
                    'Last report': <When at={vehicle.reportedAt} />,
                    Accidents: vehicle.hasAccident ? 'had at least one' : 'none ever',
                    'First seen': <When at={vehicle.firstSeen} />,
                    'Last seen': <When at={vehicle.lastSeen} />,
                    'Status reports': formatCount(vehicle.reports.reports),
                    Detections: `${countOf(vehicle.detections.reports, 'report')}, ${formatCount(Number(vehicle.detections.objects))} objects`,
                  }}
                />
              </Panel>
              <VehicleTypes vehicle={vehicle} />
            </div>
            <div className={styles['card']}>
              <QueryView query={spans} what="its statuses">
                {({ items, nextCursor }) => (
                  <StatusLanes
                    spans={items}
                    lastSeen={vehicle.lastSeen}
                    isCut={nextCursor !== null}
                    // The report that ends it is not of it any more.
                    onSpan={(from, to) =>
                      setTexts({ from, to: to === null ? undefined : new Date(Date.parse(to) - 1).toISOString() })
                    }
                  />
                )}
              </QueryView>
            </div>
            <HistoryTable id={id} texts={texts} onChange={setTexts} />
          </>
        )}
      </QueryView>
    </div>
  );
}
