import { scaleLinear } from '@visx/scale';
import { useState } from 'react';
import { formatShort } from '../ui/format.js';
import { ValueAxis } from './axes.js';
import { Chart } from './chart.js';
import { ChartTooltip } from './chart-tooltip.js';
import { NumberAxis } from './number-axis.js';

export interface ScatterPoint {
  readonly id: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface ScatterProps {
  readonly title: string;
  readonly points: readonly ScatterPoint[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly formatX?: (value: number) => string;
  readonly formatY?: (value: number) => string;
  readonly height?: number;
  readonly onPoint?: (id: string) => void;
}

const left = 44;
const bottom = 38;

/** One point for each thing; its name shows under the pointer. */
export function Scatter({
  title,
  points,
  xLabel,
  yLabel,
  formatX = formatShort,
  formatY = formatShort,
  height = 260,
  onPoint,
}: ScatterProps) {
  const [hovered, setHovered] = useState<ScatterPoint>();
  return (
    <Chart
      title={title}
      summary={`${title}: ${points.length} points, ${xLabel} across, ${yLabel} upwards`}
      height={height}
      table={{
        head: ['', xLabel, yLabel],
        rows: points.map(({ label, x, y }) => [label, formatX(x), formatY(y)]),
      }}
    >
      {({ width, height: full }) => {
        const x = scaleLinear<number>({ domain: [0, largest(points, 'x')], range: [left, width - 8], nice: true });
        const y = scaleLinear<number>({ domain: [0, largest(points, 'y')], range: [full - bottom, 8], nice: true });
        return (
          <>
            <ValueAxis scale={y} width={width} left={left} format={formatY} />
            <NumberAxis scale={x} top={full - bottom} format={formatX} label={xLabel} />
            {points.map((point) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here the table does for others
              <circle
                key={point.id}
                cx={x(point.x)}
                cy={y(point.y)}
                r={hovered?.id === point.id ? 6 : 3.5}
                fill="#1c7ed6"
                fillOpacity={0.55}
                stroke="#1c7ed6"
                strokeWidth={0.6}
                onPointerEnter={() => setHovered(point)}
                onPointerLeave={() => setHovered(undefined)}
                onClick={onPoint && (() => onPoint(point.id))}
                style={onPoint && { cursor: 'pointer' }}
              />
            ))}
            {hovered && (
              <ChartTooltip
                x={x(hovered.x)}
                y={Math.min(y(hovered.y), full - bottom - 60)}
                width={width}
                lines={[hovered.label, `${formatX(hovered.x)} ${xLabel}`, `${formatY(hovered.y)} ${yLabel}`]}
              />
            )}
          </>
        );
      }}
    </Chart>
  );
}

const largest = (points: readonly ScatterPoint[], key: 'x' | 'y'): number =>
  points.reduce((most, point) => Math.max(most, point[key]), 1);
