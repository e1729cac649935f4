import { SegmentedControl } from '@mantine/core';
import { Bars } from '../../../charts/bars.js';
import { Lines } from '../../../charts/lines.js';
import { formatRate } from '../../../ui/format.js';
import { formatInstant } from '../../../ui/time-words.js';
import { useSetting } from '../../../ui/use-setting.js';
import { nameOf, type SensorFigures } from './stats-columns.js';

const figures = [
  { value: 'mean', label: 'Mean' },
  { value: 'min', label: 'Smallest' },
  { value: 'max', label: 'Largest' },
  { value: 'count', label: 'Values' },
] as const;

const maxBars = 30;
const maxLines = 10;

/** One figure of each group: along time as lines, else as bars. */
export function StatsChart({ groups }: { readonly groups: readonly SensorFigures[] }) {
  const [stored, setFigure] = useSetting<string>('recordings.figure', 'mean');
  const figure = figures.find(({ value }) => value === stored) ?? figures[0];
  const figureOf = (group: SensorFigures): number | null => group[figure.value];
  const hasTime = groups[0]?.bucket !== undefined;
  const names = [...new Set(groups.map(nameOf))];
  const shown = names.slice(0, hasTime ? maxLines : maxBars);
  const isCut = shown.length < names.length;
  const title = `${figure.label} by group${isCut ? `, the first ${shown.length}` : ''}`;
  return (
    <div>
      <SegmentedControl
        size="xs"
        mb={6}
        aria-label="Figure that the chart shows"
        data={[...figures]}
        value={figure.value}
        onChange={setFigure}
      />
      {hasTime ? (
        <Lines
          title={title}
          formatAt={formatInstant}
          lines={shown.map((name) => ({
            label: name,
            points: groups
              .filter((group) => nameOf(group) === name)
              .map((group) => ({ at: Date.parse(group.bucket ?? ''), value: figureOf(group) })),
          }))}
          height={220}
        />
      ) : (
        <Bars
          title={title}
          bars={groups.slice(0, maxBars).flatMap((group) => {
            const value = figureOf(group);
            return value === null ? [] : [{ label: nameOf(group), value }];
          })}
          isWhole={figure.value === 'count'}
          unit={figure.label.toLowerCase()}
          axis="group"
          height={190}
          format={formatRate}
        />
      )}
    </div>
  );
}
