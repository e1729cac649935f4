import { CloseButton, Group, Text } from '@mantine/core';
import { HeatMap } from '../../charts/heat-map.js';
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
            search={(texts) => ({
              ...texts,
              view: 'rows',
              createAtFrom: `${day}T00:00:00`,
              createAtTo: `${day}T23:59:59`,
            })}
            variant="default"
          >
            Rows of this day
          </ButtonLink>
        </Group>
        <CloseButton aria-label={`Close the minutes of ${day}`} onClick={onClose} />
      </Group>
      <QueryView query={query} what="the minutes of the day">
        {({ days }) => {
          const found = days.find((each) => each.day === day);
          const marks = found?.marks ?? ''.padEnd(1_440, '0');
          return (
            <>
              <HeatMap
                title={`Minutes of ${day} that have rows`}
                summary={`${formatCount(found?.minutes ?? 0)} of 1,440 minutes of ${day} have rows`}
                rows={hours}
                columns={minutes}
                shares={hours.map((_, hour) =>
                  minutes.map((__, minute) => (marks[hour * 60 + minute] === '1' ? 1 : 0)),
                )}
                wordsOf={(hour, minute) => [
                  `${day} ${clockOf(hour * 60 + minute)}`,
                  marks[hour * 60 + minute] === '1' ? 'has rows' : 'is missing',
                ]}
                rowHeight={14}
              />
              <Text size="sm" c="dimmed">
                {countOf(found?.minutes ?? 0, 'minute')} of 1,440 {found?.minutes === 1 ? 'has' : 'have'} rows.
              </Text>
            </>
          );
        }}
      </QueryView>
    </ChartPanel>
  );
}
