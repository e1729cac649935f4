import { SegmentedControl } from '@mantine/core';
import { SeriesBars } from '../../charts/series-bars.js';
import { formatBytes, formatCount } from '../../ui/format.js';
import { QueryView } from '../../ui/query-view.js';
import { useSetting } from '../../ui/use-setting.js';
import styles from './files-page.module.css';
import { useLoadSeries } from './use-files.js';

type Measure = 'files' | 'rows' | 'bytes';
const measures: readonly Measure[] = ['files', 'rows', 'bytes'];
type Span = 'day' | 'month';
const spans: { readonly value: Span; readonly label: string }[] = [
  { value: 'day', label: '24 hours' },
  { value: 'month', label: '30 days' },
];

/** What was loaded when, by source. */
export function LoadsChart({ source }: { readonly source: string | undefined }) {
  const [storedMeasure, setMeasure] = useSetting<string>('files.chart.measure', 'files');
  const [storedSpan, setSpan] = useSetting<string>('files.chart.span', 'day');
  const measure: Measure = measures.find((each) => each === storedMeasure) ?? 'files';
  const span: Span = storedSpan === 'month' ? 'month' : 'day';
  const series = useLoadSeries(span, source);
  return (
    <div className={styles['chart']}>
      <div className={styles['chartBar']}>
        <SegmentedControl
          size="xs"
          aria-label="What the chart counts"
          data={[...measures]}
          value={measure}
          onChange={setMeasure}
        />
        <SegmentedControl
          size="xs"
          aria-label="Time that the chart shows"
          data={spans}
          value={span}
          onChange={setSpan}
        />
      </div>
      <QueryView query={series} what="what was loaded">
        {({ grain, slices, end, groups }) => (
          <SeriesBars
            title={`Loaded by ${grain}${source ? `, ${source}` : ''}`}
            slices={slices}
            end={end}
            groups={groups.map((group) => ({ label: group.source, values: group[measure] }))}
            unit={measure}
            height={120}
            format={measure === 'bytes' ? formatBytes : formatCount}
          />
        )}
      </QueryView>
    </div>
  );
}
