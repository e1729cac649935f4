import { Text } from '@mantine/core';
import { SeriesBars } from '../../charts/series-bars.js';
import type { Texts } from '../../shell/search-text.js';
import { QueryView } from '../../ui/query-view.js';
import styles from './runs-page.module.css';
import { useSeries } from './use-runs.js';

/** Filters that the figures over time do not know. */
const unknown = [
  'label',
  'rootId',
  'parentId',
  'retryOf',
  'schedule',
  'minSeconds',
  'maxSeconds',
  'file',
  'error',
  'text',
];

/** How many runs were recorded when, by their states of now; a click narrows the list to a slice of time. */
export function RunsChart({ wanted, onTimes }: { readonly wanted: Texts; onTimes(from: string, to: string): void }) {
  const series = useSeries(wanted);
  const isNarrower = unknown.some((name) => wanted[name]);
  const isLastDay = !wanted['from'] && !wanted['to'] && !wanted['since'];
  return (
    <div className={styles['chart']}>
      <QueryView query={series} what="how many runs there were">
        {({ grain, slices, end, groups }) => (
          <>
            <SeriesBars
              title={`Runs recorded ${isLastDay ? 'in the last 24 hours, ' : ''}by ${grain}`}
              slices={slices}
              end={end}
              groups={groups.map(({ value, runs }) => ({ label: value ?? '', values: runs }))}
              unit="runs"
              height={110}
              onSlice={(from, to) => onTimes(from, new Date(Date.parse(to) - 1).toISOString())}
            />
            {isNarrower && (
              <Text size="xs" c="dimmed">
                Follows task, state, trigger and time; not the other filters.
              </Text>
            )}
          </>
        )}
      </QueryView>
    </div>
  );
}
