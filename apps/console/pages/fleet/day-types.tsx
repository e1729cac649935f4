import { ActionIcon, Group, Select, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Bars } from '../../charts/bars.js';
import { PieChart } from '../../charts/pie.js';
import type { Texts } from '../../shell/search-text.js';
import { countOf } from '../../ui/format.js';
import { EmptyNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { FilteredView } from '../dataset/filtered-view.js';
import styles from './fleet.module.css';
import { measureOf, typeColour } from './measures.js';
import { useDayTypes } from './use-fleet.js';

export interface DayTypesProps {
  /** Days of UTC that have rows, the latest first. */
  readonly days: readonly string[];
  readonly objectTypes: readonly string[];
  readonly texts: Texts;
  onChange(change: Texts): void;
}

/** How the detections of a day are distributed over types: as bars and as shares. */
export function DayTypes({ days, objectTypes, texts, onChange }: DayTypesProps) {
  const measure = measureOf(texts['measure']);
  const day = dayOf(texts, days);
  const stats = useDayTypes(day, texts['vehicleId'] || undefined);
  const at = days.indexOf(day);
  const [earlier, later] = [days[at + 1], days[at - 1]];
  return (
    <Panel
      title="On a day"
      side={
        <Group gap={4} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="The day before that has detections"
            disabled={earlier === undefined}
            onClick={() => onChange({ day: earlier })}
          >
            <IconChevronLeft size={16} aria-hidden />
          </ActionIcon>
          <Select
            size="xs"
            w={140}
            aria-label="Day (UTC)"
            data={days.includes(day) ? [...days] : [day, ...days]}
            value={day}
            searchable
            allowDeselect={false}
            onChange={(next) => next !== null && onChange({ day: next })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="The next day that has detections"
            disabled={later === undefined}
            onClick={() => onChange({ day: later })}
          >
            <IconChevronRight size={16} aria-hidden />
          </ActionIcon>
        </Group>
      }
    >
      <FilteredView query={stats} what="the detections of the day">
        {({ day: shown, items }) => {
          const bars = items
            .map(({ objectType = '', ...group }) => ({ label: objectType, value: Number(group[measure]) }))
            .sort((a, b) => b.value - a.value);
          const total = items.reduce((sum, { reports }) => sum + reports, 0);
          if (bars.length === 0) {
            return (
              <EmptyNote title={`Nothing was detected on ${shown}`}>
                Choose a day above: those that have detections are listed.
              </EmptyNote>
            );
          }
          return (
            <>
              <Text size="xs" c="dimmed" mb={6}>
                {countOf(total, 'report')} of {countOf(bars.length, 'type')} on {shown} (UTC)
                {texts['vehicleId'] ? `, by vehicle ${texts['vehicleId']}` : ''}. A click on a bar narrows the page to
                its type.
              </Text>
              <div className={styles['pair']}>
                <Bars
                  title={`${measure === 'objects' ? 'Objects' : 'Reports'} by type on ${shown}`}
                  bars={bars}
                  unit={measure}
                  axis="type"
                  colour={(type) => typeColour(objectTypes, type)}
                  onBar={(objectType) =>
                    onChange({ objectType: objectType === texts['objectType'] ? undefined : objectType })
                  }
                />
                <PieChart
                  title={`Shares of the ${measure} on ${shown}`}
                  slices={bars}
                  unit={measure}
                  colour={(type) => typeColour(objectTypes, type)}
                />
              </div>
            </>
          );
        }}
      </FilteredView>
    </Panel>
  );
}

/** The day that was chosen, that of the time that is shown, or the latest. */
function dayOf({ day, from, to }: Texts, days: readonly string[]): string {
  if (day) return day;
  const begin = from?.slice(0, 10);
  if (begin && begin === to?.slice(0, 10)) return begin;
  return days[0] ?? '';
}
