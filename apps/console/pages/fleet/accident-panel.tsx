import { Text } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import { More } from '../../ui/table/endless.js';
import { When } from '../../ui/when.js';
import styles from './fleet.module.css';
import { useVehicles } from './use-fleet.js';
import { VehicleLink } from './vehicle-link.js';

/** The vehicles whose latest report says that they had an accident, and since when. */
export function AccidentPanel() {
  const query = useVehicles({ status: 'accident' });
  return (
    <Panel title="In accident now" flush>
      <QueryView query={query} what="the vehicles in accident">
        {({ pages }) => {
          const vehicles = pages.flatMap(({ items }) => items);
          if (vehicles.length === 0) {
            return (
              <Text className={styles['calm']}>
                <IconCircleCheck size={17} aria-hidden /> No vehicle is in accident by its latest report.
              </Text>
            );
          }
          return (
            // What scrolls has to be reached by the keyboard.
            // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
            <section className={styles['accidents']} tabIndex={0} aria-label="Vehicles in accident">
              <ul>
                {vehicles.map(({ vehicleId, since, reportedAt }) => (
                  <li key={vehicleId}>
                    <VehicleLink id={vehicleId} />
                    <span className="dim">
                      since <When at={since} />
                      {reportedAt !== since && (
                        <>
                          , last report <When at={reportedAt} />
                        </>
                      )}
                    </span>
                  </li>
                ))}
              </ul>
              {query.hasNextPage && <More of={query} count={vehicles.length} />}
            </section>
          );
        }}
      </QueryView>
    </Panel>
  );
}
