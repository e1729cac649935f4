import { Group, SegmentedControl, Select } from '@mantine/core';
import { SeriesBars } from '../../charts/series-bars.js';
import type { Fleet } from '../../generated/api.js';
import type { Texts } from '../../shell/search-text.js';
import { EmptyNote } from '../../ui/notes.js';
import { Panel } from '../../ui/panel.js';
import { FilteredView } from '../dataset/filtered-view.js';
import { type Measure, measureOf, measures, othersLabel, typeColour } from './measures.js';
import { choices, grainOf, grains, isLong, rangeOf } from './ranges.js';
import { type DetectionFilter, useDetectionSeries } from './use-fleet.js';

export interface ObjectsSeriesProps {
  readonly fleet: Fleet;
  readonly texts: Texts;
  onChange(change: Texts): void;
}

/** Detections over time by type, as reports or as objects. A click on a bar narrows the time to it. */
export function ObjectsSeries({ fleet, texts, onChange }: ObjectsSeriesProps) {
  const measure = measureOf(texts['measure']);
  const { first, last, objectTypes } = fleet.detections;
  const range = rangeOf(texts, first, last);
  const grain = grainOf(texts['grain'], range);
  const filter: DetectionFilter = {
    ...(range.from ? { $from: range.from } : {}),
    ...(range.to ? { to: range.to } : {}),
    ...(texts['vehicleId'] ? { vehicleId: texts['vehicleId'] } : {}),
    ...(texts['objectType'] ? { objectType: texts['objectType'] } : {}),
  };
  const series = useDetectionSeries(filter, grain);
  return (
    <Panel
      title="Over time"
      side={
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label="What is counted"
            data={[...measures]}
            value={measure}
            onChange={(next) => onChange({ measure: next === 'objects' ? undefined : next })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Time that is shown"
            data={choices(range.name, isLong(first, last))}
            value={range.name}
            onChange={(name) =>
              name !== 'own' &&
              onChange({ range: name === 'all' ? undefined : name, from: undefined, to: undefined, grain: undefined })
            }
          />
          <Select
            size="xs"
            w={130}
            aria-label="Slices of time"
            data={grains(range)}
            value={grain}
            allowDeselect={false}
            onChange={(next) => onChange({ grain: next === null || next === 'auto' ? undefined : next })}
          />
        </Group>
      }
    >
      <FilteredView query={series} what="the detections over time" room={289}>
        {({ slices, end, groups, grain: used }) =>
          groups.length === 0 ? (
            <EmptyNote title="Nothing was detected in this time">
              Choose another time above, or take a filter away. The latest detection is of {last?.slice(0, 10)}.
            </EmptyNote>
          ) : (
            <SeriesBars
              title={`${titles[measure]} by type and ${used}`}
              slices={slices}
              end={end}
              groups={groups.map((group) => ({ label: group.objectType ?? othersLabel, values: group[measure] }))}
              unit={measure}
              height={230}
              colour={(type) => typeColour(objectTypes, type)}
              {...(used === 'minute'
                ? {}
                : {
                    onSlice: (from: string, to: string) =>
                      onChange({
                        from,
                        to: new Date(Date.parse(to) - 1).toISOString(),
                        range: undefined,
                        grain: undefined,
                        day: undefined,
                      }),
                  })}
            />
          )
        }
      </FilteredView>
    </Panel>
  );
}

const titles: Readonly<Record<Measure, string>> = { objects: 'Objects', reports: 'Reports' };
