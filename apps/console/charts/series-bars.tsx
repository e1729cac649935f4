import { scaleBand, scaleLinear } from '@visx/scale';
import { BarStack } from '@visx/shape';
import { useState } from 'react';
import { formatCount, formatShort } from '../ui/format.js';
import { BandAxis, ValueAxis } from './axes.js';
import { Chart } from './chart.js';
import { ChartTooltip } from './chart-tooltip.js';
import { colourOf } from './colours.js';

/** Numbers over slices of time, in groups. */
export interface SeriesBarsProps {
  readonly title: string;
  /** When each slice begins, as instants. */
  readonly slices: readonly string[];
  readonly end: string;
  readonly groups: readonly { readonly label: string; readonly values: readonly number[] }[];
  /** What is counted: `runs`. */
  readonly unit: string;
  readonly height?: number;
  readonly format?: (value: number) => string;
  /** Of a group; undefined: that of its state, or the next one of the palette. */
  readonly colour?: (label: string) => string;
  /** Where the numbers of a slice lead. */
  readonly onSlice?: (from: string, to: string) => void;
}

const left = 44;
const bottom = 22;
/** For the half of the last name below the bars that may stand out. */
const right = 14;
const dayMs = 86_400_000;

/** Stacked bars over time. What a bar has shows under the pointer. */
export function SeriesBars({
  title,
  slices,
  end,
  groups,
  unit,
  height = 200,
  format = formatCount,
  colour,
  onSlice,
}: SeriesBarsProps) {
  const [hovered, setHovered] = useState<number>();
  const shown = groups.filter(({ values }) => values.some((value) => value > 0));
  const rows = slices.map((at, index) => ({
    at,
    ...Object.fromEntries(shown.map(({ label, values }) => [label, values[index] ?? 0])),
  }));
  const totalOf = (index: number): number => shown.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
  const largest = slices.reduce((most, _, index) => Math.max(most, totalOf(index)), 0);
  const grand = slices.reduce((sum, _, index) => sum + totalOf(index), 0);
  const sliceMs = Date.parse(slices[1] ?? end) - Date.parse(slices[0] ?? end);
  const spanMs = Date.parse(end) - Date.parse(slices[0] ?? end);
  const labelOf = (at: string): string => nameOfSlice(at, sliceMs, spanMs);
  // A live chart may have fewer slices than when the pointer came.
  const pointed = hovered === undefined ? undefined : slices[hovered];
  const endOf = (index: number): string => slices[index + 1] ?? end;
  const colourAt = (label: string, index: number): string => colour?.(label) ?? colourOf(label, index);
  return (
    <Chart
      title={title}
      summary={`${title}: ${format(grand)} ${unit} in ${slices.length} slices of time; ${shown.map(({ label, values }) => `${label} ${format(values.reduce((a, b) => a + b, 0))}`).join(', ')}`}
      height={height}
      legend={shown.map(({ label, values }, index) => ({
        label,
        colour: colourAt(label, index),
        note: format(values.reduce((a, b) => a + b, 0)),
      }))}
      table={{
        head: ['From', ...shown.map(({ label }) => label)],
        rows: slices.map((at, index) => [
          wordsOfSlice(at, sliceMs),
          ...shown.map(({ values }) => format(values[index] ?? 0)),
        ]),
      }}
    >
      {({ width, height: full }) => {
        const x = scaleBand<string>({ domain: [...slices], range: [left, width - right], padding: 0.2 });
        const y = scaleLinear<number>({ domain: [0, Math.max(largest, 1)], range: [full - bottom, 6], nice: 4 });
        return (
          <>
            <ValueAxis
              scale={y}
              width={width}
              left={left}
              // Beside the drawing there is room for short numbers only.
              format={(value) =>
                Number.isInteger(value) ? (format === formatCount ? formatShort : format)(value) : ''
              }
            />
            <BarStack
              data={rows}
              keys={shown.map(({ label }) => label)}
              x={({ at }) => at}
              xScale={x}
              yScale={y}
              color={(label) =>
                colourAt(
                  String(label),
                  // What it hands over beside the label counts the bars, not the groups.
                  shown.findIndex((group) => group.label === label),
                )
              }
              value={(row, key) => Number(Reflect.get(row, key))}
            />
            <BandAxis scale={x} top={full - bottom} width={width - left - right} format={labelOf} />
            {slices.map((at, index) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here the table does for others
              <rect
                key={at}
                x={x(at)}
                y={0}
                width={x.step()}
                height={full - bottom}
                fill="transparent"
                onPointerEnter={() => setHovered(index)}
                onPointerLeave={() => setHovered(undefined)}
                onClick={onSlice && (() => onSlice(at, endOf(index)))}
                style={onSlice && { cursor: 'pointer' }}
              />
            ))}
            {hovered !== undefined && pointed !== undefined && (
              <ChartTooltip
                x={x(pointed) ?? left}
                width={width}
                lines={[
                  wordsOfSlice(pointed, sliceMs),
                  ...shown
                    .filter(({ values }) => (values[hovered] ?? 0) > 0)
                    .map(({ label, values }) => `${label}: ${format(values[hovered] ?? 0)}`),
                  `${format(totalOf(hovered))} ${unit}`,
                ]}
              />
            )}
          </>
        );
      }}
    </Chart>
  );
}

/** When a slice begins. The slices of the API that are days are days of UTC: no time of the viewer's day. */
function wordsOfSlice(at: string, sliceMs: number): string {
  const time = new Date(at);
  return sliceMs >= dayMs
    ? `${time.toLocaleDateString(undefined, { dateStyle: 'medium', timeZone: 'UTC' })} (UTC)`
    : time.toLocaleString();
}

/** Days as days of UTC, shorter slices as times of day in the viewer's zone; over more than two days the day says more. */
function nameOfSlice(at: string, sliceMs: number, spanMs: number): string {
  const time = new Date(at);
  const day = { month: 'short', day: 'numeric' } as const;
  if (sliceMs >= dayMs) return time.toLocaleDateString(undefined, { ...day, timeZone: 'UTC' });
  if (spanMs > 2 * dayMs) return time.toLocaleDateString(undefined, day);
  return time.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}
