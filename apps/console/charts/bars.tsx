import { scaleBand, scaleLinear } from '@visx/scale';
import { useState } from 'react';
import { formatCount, formatShare } from '../ui/format.js';
import { BandAxis, ValueAxis } from './axes.js';
import { Chart } from './chart.js';
import { ChartTooltip } from './chart-tooltip.js';

export interface BarsProps {
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
  /** What is counted: `images`. */
  readonly unit: string;
  /** What the names below the bars are: `faces`. */
  readonly axis: string;
  readonly height?: number;
  readonly format?: (value: number) => string;
  /** Whether the values are parts of a whole, as counts are and means are not; then the share of each is shown, too. */
  readonly isWhole?: boolean;
  /** Of a bar; undefined: all have the same. */
  readonly colour?: (label: string) => string;
  /** Where a bar leads. */
  readonly onBar?: (label: string) => void;
}

const left = 44;
const bottom = 22;
const top = 20;
/** A letter of a number above a bar; narrower bars have their numbers upright, and those that are narrower than a line none. */
const letterWidth = 6.6;
const lineHeight = 11;

/** Bars by name, each with its number above it. */
export function Bars(props: BarsProps) {
  const { title, bars, unit, axis, height = 220, format = formatCount, isWhole = true, colour, onBar } = props;
  const [hovered, setHovered] = useState<number>();
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  const shareOf = (value: number): string[] => (isWhole ? [formatShare(total === 0 ? 0 : value / total)] : []);
  const smallest = Math.min(0, ...bars.map(({ value }) => value));
  const largest = Math.max(0, ...bars.map(({ value }) => value));
  return (
    <Chart
      title={title}
      summary={`${title}: ${bars.map(({ label, value }) => `${label} ${axis}: ${format(value)} ${unit}`).join('; ')}`}
      height={height}
      table={{
        head: [axis, unit, ...(isWhole ? ['Share'] : [])],
        rows: bars.map(({ label, value }) => [label, format(value), ...shareOf(value)]),
      }}
    >
      {({ width, height: full }) => {
        const x = scaleBand<string>({ domain: bars.map(({ label }) => label), range: [left, width], padding: 0.25 });
        const longest = Math.max(...bars.map(({ value }) => format(value).length)) * letterWidth;
        const labels = longest <= x.step() ? 'across' : x.step() >= lineHeight ? 'upright' : 'none';
        const y = scaleLinear<number>({
          domain: smallest === largest ? [0, 1] : [smallest, largest],
          range: [full - bottom, labels === 'upright' ? longest + 10 : top],
        });
        return (
          <>
            <ValueAxis scale={y} width={width} left={left} />
            {bars.map(({ label, value }, index) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here the table and the filters do for others
              <g
                key={label}
                onPointerEnter={() => setHovered(index)}
                onPointerLeave={() => setHovered(undefined)}
                onClick={onBar && (() => onBar(label))}
                style={onBar && { cursor: 'pointer' }}
              >
                <rect x={x(label)} y={0} width={x.bandwidth()} height={full - bottom} fill="transparent" />
                <rect
                  x={x(label)}
                  y={y(Math.max(0, value))}
                  width={x.bandwidth()}
                  height={Math.abs(y(value) - y(0))}
                  rx={2}
                  fill={colour?.(label) ?? '#1c7ed6'}
                  fillOpacity={index === hovered ? 0.75 : 1}
                />
                {labels !== 'none' && (
                  <text
                    transform={`translate(${(x(label) ?? 0) + x.bandwidth() / 2} ${y(Math.max(0, value)) - 5}) rotate(${labels === 'upright' ? -90 : 0})`}
                    textAnchor={labels === 'upright' ? 'start' : 'middle'}
                    dy={labels === 'upright' ? '0.35em' : 0}
                  >
                    {format(value)}
                  </text>
                )}
              </g>
            ))}
            <BandAxis
              scale={x}
              top={full - bottom}
              width={width - left}
              format={(label) => label}
              labelWidth={Math.max(18, ...bars.map(({ label }) => label.length * 7 + 8))}
            />
            {hovered !== undefined && (
              <ChartTooltip
                x={x(bars[hovered]?.label ?? '') ?? left}
                width={width}
                lines={[
                  `${bars[hovered]?.label} ${axis}`,
                  `${format(bars[hovered]?.value ?? 0)} ${unit}`,
                  ...shareOf(bars[hovered]?.value ?? 0),
                ]}
              />
            )}
          </>
        );
      }}
    </Chart>
  );
}
