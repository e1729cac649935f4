import { Button, Text } from '@mantine/core';
import { IconArrowLeft, IconArrowRight } from '@tabler/icons-react';
import { HeatMap } from '../../charts/heat-map.js';
import { useTexts } from '../../shell/use-texts.js';
import type { Filter } from '../../ui/filter/filter.js';
import { FilterField } from '../../ui/filter/filter-field.js';
import { countOf, formatCount } from '../../ui/format.js';
import { EmptyNote } from '../../ui/notes.js';
import { ChartPanel } from '../dataset/chart-panel.js';
import { FilteredView } from '../dataset/filtered-view.js';
import styles from './data-sample.module.css';
import { isDay, shiftDay } from './days.js';
import { MinutesOfDay } from './minutes-of-day.js';
import { useHours } from './use-figures.js';

/** So many days are shown at a time: a month is seen as a whole. */
const shown = 31;
const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}h`);

const dayField: Filter = { name: 'day', label: 'Minutes of the day', kind: 'date' };

/** Which minutes have rows and which are missing: by hours for many days, by minutes for one of them. */
export function CompletenessView() {
  const [texts, change] = useTexts();
  const to = isDay(texts['until']) ? texts['until'] : undefined;
  const query = useHours(to === undefined ? {} : { from: shiftDay(to, 1 - shown), to });
  const day = isDay(texts['day']) ? texts['day'] : undefined;
  const show = (at: string | undefined): void => change({ day: at });
  return (
    <FilteredView query={query} what="which minutes have rows">
      {({ first, last, days: found }) => {
        if (first === null || last === null) return <EmptyNote title="There are no rows yet" />;
        const days = found.slice(-shown);
        const from = days[0]?.day ?? first;
        const until = days.at(-1)?.day ?? last;
        const there = days.reduce((sum, { minutes }) => sum + minutes, 0);
        return (
          <div className={styles['parts']}>
            <div className={styles['bar']}>
              <Button
                variant="default"
                leftSection={<IconArrowLeft size={15} aria-hidden />}
                disabled={from <= first}
                onClick={() => change({ until: shiftDay(from, -1) })}
              >
                Earlier days
              </Button>
              <Button
                variant="default"
                rightSection={<IconArrowRight size={15} aria-hidden />}
                disabled={until >= last}
                onClick={() => {
                  const next = shiftDay(until, shown);
                  change({ until: next >= last ? undefined : next });
                }}
              >
                Later days
              </Button>
              <FilterField filter={dayField} value={day ?? ''} onChange={(at) => show(at || undefined)} />
              <Text size="sm" c="dimmed">
                {from} to {until}: {formatCount(there)} of {countOf(days.length * 1_440, 'minute')} have rows
              </Text>
            </div>
            {day !== undefined && <MinutesOfDay day={day} onClose={() => show(undefined)} />}
            <ChartPanel>
              <HeatMap
                title="Minutes with rows, by day and hour"
                summary={`Of ${countOf(days.length, 'day')} from ${from} to ${until}, ${formatCount(there)} minutes have rows`}
                rows={days.map((each) => each.day)}
                columns={hours}
                shares={days.map((each) => each.hours.map((minutes) => minutes / 60))}
                wordsOf={(row, column) => [
                  `${days[row]?.day} ${hours[column]}`,
                  `${days[row]?.hours[column] ?? 0} of 60 minutes`,
                  'Click for the minutes of the day',
                ]}
                onCell={(row) => show(days[row]?.day)}
              />
            </ChartPanel>
          </div>
        );
      }}
    </FilteredView>
  );
}
