import { ActionIcon, Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import type { ScheduleDetail } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { useNow } from '../../ui/use-now.js';
import { useSetting } from '../../ui/use-setting.js';
import { dayIn, viewerZone } from '../schedules/zone-words.js';
import styles from './calendar-panel.module.css';
import { DaySlots } from './day-slots.js';
import { addMonths, isDay, isMonth, monthWords, weeksOf } from './month.js';
import { MonthGrid } from './month-grid.js';
import { slotKinds } from './slot-kinds.js';
import { useSlotDays } from './use-schedule-data.js';

/** A month of a schedule's slots, past ones by what became of them, and the slots of one of its days. */
export function CalendarPanel({ schedule }: { readonly schedule: ScheduleDetail }) {
  const [texts, change] = useTexts();
  const now = useNow();
  const [zoneKind, setZoneKind] = useSetting<string>('schedule.zone', 'schedule');
  const timezone = zoneKind === 'viewer' ? viewerZone : schedule.timezone;
  const today = dayIn(timezone, now);
  const chosen = isDay(texts['day']) ? texts['day'] : today;
  const month = isMonth(texts['month']) ? texts['month'] : chosen.slice(0, 7);
  const days = weeksOf(month).flat();
  const query = useSlotDays(schedule.name, days[0] ?? today, days.at(-1) ?? today, timezone);
  const show = (shown: string): void => change({ month: shown }, 'replace');
  const choose = (day: string): void => change({ day, month: day.slice(0, 7) }, 'replace');
  const shownDay = query.data?.days.find(({ day }) => day === chosen);
  return (
    <Panel
      title={monthWords(month)}
      side={
        <Group gap="xs">
          {schedule.timezone !== viewerZone && (
            <SegmentedControl
              size="xs"
              aria-label="Days begin by the clocks of"
              value={zoneKind === 'viewer' ? 'viewer' : 'schedule'}
              onChange={setZoneKind}
              data={[
                { value: 'schedule', label: schedule.timezone },
                { value: 'viewer', label: `here (${viewerZone})` },
              ]}
            />
          )}
          <Button variant="default" size="compact-sm" onClick={() => choose(today)}>
            Today
          </Button>
          <Group gap={2} wrap="nowrap">
            <ActionIcon
              variant="default"
              size={26}
              aria-label="The month before"
              onClick={() => show(addMonths(month, -1))}
            >
              <IconChevronLeft size={15} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="default"
              size={26}
              aria-label="The next month"
              onClick={() => show(addMonths(month, 1))}
            >
              <IconChevronRight size={15} aria-hidden />
            </ActionIcon>
          </Group>
        </Group>
      }
    >
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      <div className={styles['parts']}>
        <div className={styles['month']}>
          {query.data === undefined && !query.error ? (
            <LoadingNote what="the calendar" />
          ) : (
            <MonthGrid
              month={month}
              today={today}
              chosen={chosen}
              days={query.data?.days ?? []}
              isOld={query.isPlaceholderData}
              onChoose={choose}
            />
          )}
          <Legend />
        </div>
        {days.includes(chosen) ? (
          (shownDay || !query.error) && (
            <DaySlots schedule={schedule} timezone={timezone} day={chosen} counts={shownDay} />
          )
        ) : (
          <Text size="sm" c="dimmed">
            Choose a day of {monthWords(month)} to see its slots.
          </Text>
        )}
      </div>
    </Panel>
  );
}

/** What the signs stand for. */
function Legend() {
  return (
    <ul className={styles['legend']} aria-label="What the signs stand for">
      {slotKinds.map(({ id, word, meaning, colour, Icon }) => (
        <li key={id} title={meaning}>
          <Icon size={13} stroke={2} color={colour} aria-hidden /> {word}
        </li>
      ))}
    </ul>
  );
}
