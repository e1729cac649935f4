import { SegmentedControl } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { SeriesBars } from '../../charts/series-bars.js';
import { call } from '../../client/call.js';
import { getLoadSeries, getRunSeries } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { formatShort } from '../../ui/format.js';
import { Panel } from '../../ui/panel.js';
import { QueryView } from '../../ui/query-view.js';
import styles from './history.module.css';

const dayMs = 86_400_000;

/** How far back the charts go. */
const ranges = [
  { value: '24h', label: '24 h', words: '24 hours', days: 1, grain: 'hour' },
  { value: '7d', label: '7 d', words: '7 days', days: 7, grain: 'hour' },
  { value: '30d', label: '30 d', words: '30 days', days: 30, grain: 'day' },
] as const;
const [day] = ranges;
type Range = (typeof ranges)[number];

const height = 168;

/** The last hours or days as charts: runs by state, rows by source. */
export function History() {
  const [texts, setTexts] = useTexts();
  const range = ranges.find(({ value }) => value === texts['range']) ?? day;
  return (
    <Panel
      title={`The last ${range.words}`}
      side={
        <SegmentedControl
          size="xs"
          aria-label="How far back"
          data={ranges.map(({ value, label }) => ({ value, label }))}
          value={range.value}
          onChange={(value) => setTexts({ range: value === day.value ? undefined : value }, 'replace')}
        />
      }
    >
      <div className={styles['charts']}>
        <RunChart range={range} />
        <LoadChart range={range} />
      </div>
    </Panel>
  );
}

const spanOf = ({ days, grain }: Range) => ({ $from: new Date(Date.now() - days * dayMs).toISOString(), grain });

function RunChart({ range }: { readonly range: Range }) {
  const navigate = useNavigate();
  const series = useQuery({
    queryKey: ['runs', 'series', range.value],
    queryFn: ({ signal }) => call(getRunSeries({ ...spanOf(range), by: 'state' }, { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['runs'] },
  });
  return (
    <QueryView query={series} what="the runs over time">
      {({ slices, end, groups }) => (
        <SeriesBars
          title="Runs recorded, by their state now"
          slices={slices}
          end={end}
          unit="runs"
          height={height}
          groups={groups.map(({ value, runs }) => ({ label: value ?? 'others', values: runs }))}
          onSlice={(from, to) => void navigate({ to: '/runs', search: { from, to } })}
        />
      )}
    </QueryView>
  );
}

function LoadChart({ range }: { readonly range: Range }) {
  const series = useQuery({
    queryKey: ['files', 'series', range.value],
    queryFn: ({ signal }) => call(getLoadSeries(spanOf(range), { signal })),
    placeholderData: keepPreviousData,
    meta: { live: ['files'] },
  });
  return (
    <QueryView query={series} what="the loads over time">
      {({ slices, end, groups }) => (
        <SeriesBars
          title="Rows loaded, by source"
          slices={slices}
          end={end}
          unit="rows"
          height={height}
          groups={groups.map(({ source, rows }) => ({ label: source, values: rows }))}
          format={formatShort}
        />
      )}
    </QueryView>
  );
}
