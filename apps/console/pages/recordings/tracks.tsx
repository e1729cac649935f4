import { scaleLinear } from '@visx/scale';
import { type PointerEvent, type ReactNode, useState } from 'react';
import { Chart } from '../../charts/chart.js';
import { ChartTooltip } from '../../charts/chart-tooltip.js';
import { NumberAxis } from '../../charts/number-axis.js';
import type { FootageTimeline } from '../../generated/api.js';
import { formatRate, formatShare } from '../../ui/format.js';
import { formatSecond } from './format-second.js';
import { LabelTrack, labelHeight } from './label-track.js';
import { MetricTrack, metricHeight } from './metric-track.js';
import styles from './viewer.module.css';

const left = 132;
const right = 18;
const bottom = 24;
const gap = 8;

export interface TracksProps {
  readonly title: string;
  readonly timeline: FootageTimeline;
  /** The second that is marked. */
  readonly frame?: number;
  /** A click, or a pull along the tracks, goes to a second. */
  readonly onFrame?: (frame: number) => void;
  readonly side?: ReactNode;
}

/** Metrics and labels along a footage, each in a track of its own, above one axis of time, with one mark through all of them. */
export function Tracks({ title, timeline, frame, onFrame, side }: TracksProps) {
  const [hovered, setHovered] = useState<number>();
  const { axis, metrics, labels } = timeline;
  if (axis === null) return null;
  const metricsHeight = metrics.length * metricHeight;
  const tracksHeight = metricsHeight + gap + labels.length * labelHeight;
  const indexOf = (second: number): number =>
    Math.min(axis.points - 1, Math.max(0, Math.floor((second - axis.from) / axis.step)));
  const secondAt = (index: number): number => axis.from + index * axis.step;
  return (
    <>
      {side !== undefined && <div className={styles['trackSide']}>{side}</div>}
      <Chart
        title={title}
        summary={`${title}: ${metrics.map(({ metric }) => metric).join(', ')}; labels ${labels.map((each) => `${each.label} ${each.labels}`).join(', ')}; from second ${axis.from} to ${axis.to}`}
        height={tracksHeight + bottom}
        table={{
          head: ['Time', ...metrics.map(({ metric }) => metric), ...labels.map(({ label }) => label)],
          rows: Array.from({ length: axis.points }, (_, index) => [
            formatSecond(secondAt(index)),
            ...metrics.map(({ mean }) => formatOf(mean[index], formatRate)),
            ...labels.map(({ certainty }) => formatOf(certainty[index], formatShare)),
          ]),
        }}
      >
        {({ width }) => {
          const x = scaleLinear<number>({ domain: [axis.from, axis.to + 1], range: [left, width - right] });
          const secondOf = (event: PointerEvent<SVGRectElement>): number =>
            Math.floor(x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left + left));
          const at = hovered === undefined ? undefined : indexOf(hovered);
          return (
            <>
              {metrics.map((each, index) => (
                <MetricTrack
                  key={each.metric}
                  metric={each}
                  axis={axis}
                  x={x}
                  top={index * metricHeight}
                  index={index}
                />
              ))}
              {labels.map((each, index) => (
                <LabelTrack
                  key={each.label}
                  label={each}
                  axis={axis}
                  x={x}
                  top={metricsHeight + gap + index * labelHeight}
                />
              ))}
              <NumberAxis scale={x} top={tracksHeight} format={formatSecond} />
              {frame !== undefined && frame >= axis.from && frame <= axis.to && (
                <line
                  x1={x(frame + 0.5)}
                  x2={x(frame + 0.5)}
                  y1={0}
                  y2={tracksHeight}
                  stroke="var(--mr-bad)"
                  strokeWidth={1.6}
                  data-mark={frame}
                />
              )}
              {hovered !== undefined && at !== undefined && (
                <>
                  <line
                    x1={x(hovered + 0.5)}
                    x2={x(hovered + 0.5)}
                    y1={0}
                    y2={tracksHeight}
                    stroke="var(--mantine-color-dimmed)"
                    strokeDasharray="3 3"
                  />
                  <ChartTooltip
                    x={x(hovered)}
                    width={width}
                    lines={[
                      axis.step > 1
                        ? `${formatSecond(secondAt(at))} to ${formatSecond(secondAt(at) + axis.step - 1)}`
                        : formatSecond(hovered),
                      ...metrics.map(({ metric, mean }) => `${metric}: ${formatOf(mean[at], formatRate) || '–'}`),
                      ...labels
                        .filter(({ counts }) => (counts[at] ?? 0) > 0)
                        .slice(0, 12)
                        .map(
                          ({ label, counts, certainty }) =>
                            `${label}: ${formatOf(certainty[at], formatShare)}${(counts[at] ?? 0) > 1 ? `, ${counts[at]} labels` : ''}`,
                        ),
                    ]}
                  />
                </>
              )}
              <rect
                x={left}
                width={Math.max(width - left - right, 0)}
                height={tracksHeight}
                fill="transparent"
                onPointerDown={(event) => {
                  event.currentTarget.setPointerCapture(event.pointerId);
                  onFrame?.(secondOf(event));
                }}
                onPointerMove={(event) => {
                  const second = Math.min(axis.to, Math.max(axis.from, secondOf(event)));
                  setHovered(second);
                  if (event.buttons === 1) onFrame?.(second);
                }}
                onPointerLeave={() => setHovered(undefined)}
                style={onFrame && { cursor: 'pointer', touchAction: 'pan-y' }}
              />
            </>
          );
        }}
      </Chart>
    </>
  );
}

const formatOf = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '' : format(value);
