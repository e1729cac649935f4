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
export function Bars({ title, bars, unit, axis, height = 220, format = formatCount, colour, onBar }: BarsProps) {
  const [hovered, setHovered] = useState<number>();
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  const largest = bars.reduce((most, { value }) => Math.max(most, value), 0);
  return (
    <Chart
      title={title}
      summary={`${title}: ${bars.map(({ label, value }) => `${label} ${axis}: ${format(value)} ${unit}`).join('; ')}`}
      height={height}
      table={{
        head: [axis, unit, 'Share'],
        rows: bars.map(({ label, value }) => [label, format(value), formatShare(total === 0 ? 0 : value / total)]),
      }}
    >
      {({ width, height: full }) => {
        const x = scaleBand<string>({ domain: bars.map(({ label }) => label), range: [left, width], padding: 0.25 });
        const longest = Math.max(...bars.map(({ value }) => format(value).length)) * letterWidth;
        const labels = longest <= x.step() ? 'across' : x.step() >= lineHeight ? 'upright' : 'none';
        const y = scaleLinear<number>({
          domain: [0, Math.max(largest, 1)],
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
                  y={y(value)}
                  width={x.bandwidth()}
                  height={full - bottom - y(value)}
                  rx={2}
                  fill={colour?.(label) ?? '#1c7ed6'}
                  fillOpacity={index === hovered ? 0.75 : 1}
                />
                {labels !== 'none' && (
                  <text
                    transform={`translate(${(x(label) ?? 0) + x.bandwidth() / 2} ${y(value) - 5}) rotate(${labels === 'upright' ? -90 : 0})`}
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
                  formatShare(total === 0 ? 0 : (bars[hovered]?.value ?? 0) / total),
                ]}
              />
            )}
          </>
        );
      }}
    </Chart>
  );
}
