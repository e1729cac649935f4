import { CloseButton, Group, Text } from '@mantine/core';
import { HeatMap } from '../../charts/heat-map.js';
import { useTexts } from '../../shell/use-texts.js';
import { countOf, formatCount } from '../../ui/format.js';
import { ButtonLink } from '../../ui/link.js';
import { QueryView } from '../../ui/query-view.js';
import { ChartPanel } from '../dataset/chart-panel.js';
import { clockOf, shiftDay } from './days.js';
import { useMinutes } from './use-figures.js';

const minutes = Array.from({ length: 60 }, (_, minute) => String(minute).padStart(2, '0'));
const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`);

/** Which minutes of a day have rows; a click on one shows its rows. */
export function MinutesOfDay({ day, onClose }: { readonly day: string; onClose(): void }) {
  const [, change] = useTexts();
  const query = useMinutes(day);
  return (
    <ChartPanel>
      <Group justify="space-between">
        <Group gap="sm">
          {[-1, 1].map((by) => (
            <ButtonLink key={by} to="." search={(texts) => ({ ...texts, day: shiftDay(day, by) })} variant="default">
              {by < 0 ? '← ' : ''}
              {shiftDay(day, by)}
              {by > 0 ? ' →' : ''}
            </ButtonLink>
          ))}
          <ButtonLink
            to="."
            search={(texts) => ({ ...texts, ...rowsBetween(day, '00:00', '23:59') })}
            variant="default"
          >
            Rows of this day
          </ButtonLink>
        </Group>
        <CloseButton aria-label={`Close the minutes of ${day}`} onClick={onClose} />
      </Group>
      <QueryView query={query} what="the minutes of the day">
        {({ days }) => {
          // While another day is read, the one before is still shown, under its own name.
          const found = days[0];
          const shown = found?.day ?? day;
          const marks = found?.marks ?? ''.padEnd(1_440, '0');
          const hasRows = (hour: number, minute: number): boolean => marks[hour * 60 + minute] === '1';
          const words = `${countOf(found?.minutes ?? 0, 'minute')} of 1,440 ${found?.minutes === 1 ? 'has' : 'have'} rows`;
          return (
            <>
              <HeatMap
                title={`Minutes of ${shown} that have rows`}
                summary={`${formatCount(found?.minutes ?? 0)} of 1,440 minutes of ${shown} have rows`}
                rows={hours}
                columns={minutes}
                shares={hours.map((_, hour) => minutes.map((__, minute) => (hasRows(hour, minute) ? 1 : 0)))}
                wordsOf={(hour, minute) => [
                  `${shown} ${clockOf(hour * 60 + minute)}`,
                  ...(hasRows(hour, minute) ? ['has rows', 'Click for them'] : ['is missing']),
                ]}
                onCell={(hour, minute) => {
                  const clock = clockOf(hour * 60 + minute);
                  if (hasRows(hour, minute)) change(rowsBetween(shown, clock, clock));
                }}
                rowHeight={14}
              />
              <Text size="sm" c="dimmed">
                {query.isPlaceholderData ? 'Reading …' : `${words}.`}
              </Text>
            </>
          );
        }}
      </QueryView>
    </ChartPanel>
  );
}

/** The rows from the first second of a minute to the last second of another. */
const rowsBetween = (day: string, from: string, to: string) => ({
  view: 'rows',
  createAtFrom: `${day}T${from}:00`,
  createAtTo: `${day}T${to}:59`,
});
