import { Alert, SimpleGrid } from '@mantine/core';
import { SeriesBars } from '../../charts/series-bars.js';
import type { DatasetStats } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { Facts } from '../../ui/facts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { countOf, formatCount } from '../../ui/format.js';
import { EmptyNote } from '../../ui/notes.js';
import { ChartPanel } from '../dataset/chart-panel.js';
import { FilteredView } from '../dataset/filtered-view.js';
import { daysBetween, shiftDay } from './days.js';
import { DaysTable } from './days-table.js';
import { distinctOf } from './distinct.js';
import { Expiry } from './expiry.js';
import { MissingRanges } from './missing-ranges.js';
import { useFigures } from './use-figures.js';
import { ValueList } from './value-list.js';

const filters: readonly Filter[] = [
  { name: 'from', label: 'From the day', kind: 'date', isMain: true },
  { name: 'to', label: 'To the day', kind: 'date', isMain: true },
];

/** How much there is on which day, and what expires when. */
export function FiguresView() {
  const [texts, change] = useTexts();
  const days = { from: texts['from'], to: texts['to'] };
  const figures = useFigures(days);
  return (
    <>
      <FilterBar filters={filters} values={texts} onChange={change} />
      <FilteredView query={figures} what="the figures">
        {(stats) =>
          stats.rows === 0 ? (
            <EmptyNote title="There are no rows of these days">Take one of the filters above away.</EmptyNote>
          ) : (
            <SimpleGrid cols={1} spacing="sm">
              {!stats.complete && (
                <Alert color="yellow" variant="light" title="Not all files are counted yet">
                  {countOf(stats.missingFiles, 'loaded file')} will be counted by a run of refresh-summary.
                </Alert>
              )}
              <Totals stats={stats} />
              <ChartPanel>
                <SeriesBars
                  title="Rows by day"
                  unit="rows"
                  {...seriesOf(stats)}
                  onSlice={(from) => change({ view: 'completeness', day: from.slice(0, 10) })}
                />
              </ChartPanel>
              <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
                {stats.differences.map((difference) => (
                  <Expiry key={`${difference.from} ${difference.to}`} difference={difference} />
                ))}
                <MissingRanges missing={stats.missing} />
              </SimpleGrid>
              <SimpleGrid cols={{ base: 1, lg: 3 }} spacing="sm">
                {[...distinctOf(stats.distinct)].map(([field, count]) => (
                  <ValueList key={field} field={field} count={count} />
                ))}
              </SimpleGrid>
              <DaysTable stats={stats} />
            </SimpleGrid>
          )
        }
      </FilteredView>
    </>
  );
}

function Totals({ stats }: { readonly stats: DatasetStats }) {
  return (
    <ChartPanel>
      <Facts
        of={{
          Rows: formatCount(stats.rows),
          Files: formatCount(stats.files),
          Days: formatCount(stats.days.length + stats.omittedDays),
          'Minutes with rows': formatCount(stats.minutes),
          'Minutes without': formatCount(stats.missing.minutes),
          ...Object.fromEntries(
            [...distinctOf(stats.distinct)].map(([field, count]) => [`Different ${field}`, formatCount(count)]),
          ),
        }}
      />
    </ChartPanel>
  );
}

/** Days without rows are there as well: a gap is seen. */
function seriesOf({ days }: DatasetStats) {
  const rows = new Map(days.map((each) => [each.day, each.rows]));
  const all = daysBetween(days[0]?.day ?? '', days.at(-1)?.day ?? '');
  return {
    slices: all.map((day) => `${day}T00:00:00.000Z`),
    end: `${shiftDay(all.at(-1) ?? '1970-01-01', 1)}T00:00:00.000Z`,
    groups: [{ label: 'rows', values: all.map((day) => rows.get(day) ?? 0) }],
  };
}
