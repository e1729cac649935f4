import { scaleLinear, scaleTime } from '@visx/scale';
import { LinePath } from '@visx/shape';
import { type PointerEvent, useState } from 'react';
import { formatRate } from '../ui/format.js';
import { formatClock } from '../ui/time-words.js';
import { ValueAxis } from './axes.js';
import { Chart } from './chart.js';
import { ChartTooltip } from './chart-tooltip.js';
import { colourOf } from './colours.js';

export interface LinesProps {
  readonly title: string;
  /** Points of a line in the order of time; a value that is null breaks the line. */
  readonly lines: readonly {
    readonly label: string;
    readonly points: readonly { readonly at: number; readonly value: number | null }[];
  }[];
  /** What the times are said as; instants in the viewer's zone if not given. */
  readonly formatAt?: (at: number) => string;
  readonly format?: (value: number) => string;
  readonly height?: number;
  readonly onAt?: (at: number) => void;
  /** A moment that is marked. */
  readonly markedAt?: number;
}

const left = 48;
const bottom = 20;

/** Values over time. */
export function Lines({
  title,
  lines,
  formatAt = formatClock,
  format = formatRate,
  height = 180,
  onAt,
  markedAt,
}: LinesProps) {
  const [hovered, setHovered] = useState<number>();
  const points = lines.flatMap((line) => line.points);
  const times = points.map(({ at }) => at);
  const values = points.flatMap(({ value }) => value ?? []);
  const from = minimum(times, 0);
  const to = maximum(times, 1);
  const nearest = (line: LinesProps['lines'][number], at: number) =>
    line.points.reduce((best, point) => (Math.abs(point.at - at) < Math.abs(best.at - at) ? point : best), {
      at: Number.POSITIVE_INFINITY,
      value: null as number | null,
    });
  return (
    <Chart
      title={title}
      summary={`${title}: ${lines.map(({ label }) => label).join(', ')} from ${formatAt(from)} to ${formatAt(to)}`}
      height={height}
      legend={lines.length > 1 ? lines.map(({ label }, index) => ({ label, colour: colourOf(label, index) })) : []}
      table={{
        head: ['Time', ...lines.map(({ label }) => label)],
        rows: (lines[0]?.points ?? []).map(({ at }, index) => [
          formatAt(at),
          ...lines.map((line) => {
            const value = line.points[index]?.value;
            return value === null || value === undefined ? '' : format(value);
          }),
        ]),
      }}
    >
      {({ width, height: full }) => {
        const x = scaleTime<number>({ domain: [from, to], range: [left, width - 6] });
        const y = scaleLinear<number>({
          domain: [Math.min(0, minimum(values, 0)), maximum(values, 1)],
          range: [full - bottom, 6],
          nice: 4,
        });
        const atOf = (event: PointerEvent<SVGRectElement>): number =>
          x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left + left).getTime();
        return (
          <>
            <ValueAxis scale={y} width={width} left={left} format={format} />
            {lines.map(({ label, points: own }, index) => (
              <LinePath
                key={label}
                data={[...own]}
                defined={({ value }) => value !== null}
                x={({ at }) => x(at)}
                y={({ value }) => y(value ?? 0)}
                stroke={colourOf(label, index)}
                strokeWidth={1.6}
              />
            ))}
            <text x={left} y={full - 5}>
              {formatAt(from)}
            </text>
            <text x={width - 6} y={full - 5} textAnchor="end">
              {formatAt(to)}
            </text>
            {[hovered, markedAt].map(
              (at, index) =>
                at !== undefined && (
                  <line
                    key={index === 0 ? 'hovered' : 'marked'}
                    x1={x(at)}
                    x2={x(at)}
                    y1={0}
                    y2={full - bottom}
                    stroke={index === 0 ? 'var(--mantine-color-dimmed)' : 'var(--mr-bad)'}
                  />
                ),
            )}
            {hovered !== undefined && (
              <ChartTooltip
                x={x(hovered)}
                width={width}
                lines={[
                  formatAt(hovered),
                  ...lines.map((line) => {
                    const { value } = nearest(line, hovered);
                    return `${line.label}: ${value === null ? '–' : format(value)}`;
                  }),
                ]}
              />
            )}
            {/* biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here the table does for others */}
            <rect
              x={left}
              width={Math.max(width - left - 6, 0)}
              height={full - bottom}
              fill="transparent"
              onPointerMove={(event) => setHovered(atOf(event))}
              onPointerLeave={() => setHovered(undefined)}
              onClick={onAt && (() => hovered !== undefined && onAt(hovered))}
              style={onAt && { cursor: 'pointer' }}
            />
          </>
        );
      }}
    </Chart>
  );
}

const minimum = (values: readonly number[], otherwise: number): number =>
  values.length === 0 ? otherwise : values.reduce((least, value) => Math.min(least, value));
const maximum = (values: readonly number[], otherwise: number): number =>
  values.length === 0 ? otherwise : values.reduce((most, value) => Math.max(most, value));
