import { Text } from '@mantine/core';
import { AxisBottom } from '@visx/axis';
import { scaleTime } from '@visx/scale';
import { useState } from 'react';
import { Chart } from '../../charts/chart.js';
import { ChartTooltip } from '../../charts/chart-tooltip.js';
import type { VehicleStatusSpan } from '../../generated/api.js';
import { countOf, formatDuration } from '../../ui/format.js';
import { EmptyNote } from '../../ui/notes.js';
import { formatInstant } from '../../ui/time-words.js';
import { statusColour } from './status-word.js';

const laneHeight = 26;
const bottom = 24;
const left = 96;

export interface StatusLanesProps {
  readonly spans: readonly VehicleStatusSpan[];
  readonly lastSeen: string | null;
  /** There are more spans than these. */
  readonly isCut: boolean;
  onSpan(from: string, to: string | null): void;
}

/**
 * A lane for each status, with a bar for each time that the vehicle had it. The last report holds until now, which may be years: its
 * bar ends open, a little after the vehicle was last seen, so that the others keep their room.
 */
export function StatusLanes({ spans, lastSeen, isCut, onSpan }: StatusLanesProps) {
  const [hovered, setHovered] = useState<number>();
  if (spans.length === 0) return <EmptyNote title="It never reported a status" />;
  const statuses = [...new Set(spans.map(({ status }) => status))].sort();
  const begin = Date.parse(spans[0]?.from ?? '');
  const lastReport = Date.parse(spans.at(-1)?.to ?? spans.at(-1)?.from ?? '');
  const seen = lastSeen === null || isCut ? lastReport : Math.max(lastReport, Date.parse(lastSeen));
  const end = seen + Math.max(60_000, (seen - begin) * 0.06);
  const height = statuses.length * laneHeight + bottom;
  return (
    <>
      <Chart
        title="Statuses along time"
        summary={`Statuses along time: ${countOf(spans.length, 'time')} of ${statuses.join(', ')}, from ${formatInstant(begin)} on`}
        height={height}
        table={{
          head: ['From', 'To', 'Status', 'How long', 'Reports'],
          rows: spans.map(({ from, to, status, seconds, reports }) => [
            formatInstant(from),
            to === null ? 'now' : formatInstant(to),
            status,
            formatDuration(seconds * 1_000),
            reports,
          ]),
        }}
      >
        {({ width }) => {
          const x = scaleTime<number>({ domain: [begin, end], range: [left, width] });
          return (
            <>
              {statuses.map((status, lane) => (
                <g key={status} transform={`translate(0 ${lane * laneHeight})`}>
                  <text x={left - 10} y={laneHeight / 2} dy="0.35em" textAnchor="end">
                    {status.length > 13 ? `${status.slice(0, 12)}…` : status}
                  </text>
                  <line x1={left} x2={width} y1={laneHeight - 0.5} y2={laneHeight - 0.5} stroke="var(--mr-line)" />
                </g>
              ))}
              {spans.map(({ status, from, to }, index) => {
                const start = x(Date.parse(from));
                const stop = to === null ? width : x(Date.parse(to));
                return (
                  // biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here the table and the filters do for others
                  <rect
                    key={`${from} ${status}`}
                    x={start}
                    y={statuses.indexOf(status) * laneHeight + 5}
                    width={Math.max(2, stop - start)}
                    height={laneHeight - 11}
                    rx={2}
                    fill={statusColour(status)}
                    fillOpacity={to === null ? 0.55 : index === hovered ? 0.75 : 1}
                    onPointerEnter={() => setHovered(index)}
                    onPointerLeave={() => setHovered(undefined)}
                    onClick={() => onSpan(from, to)}
                    style={{ cursor: 'pointer' }}
                  />
                );
              })}
              <AxisBottom
                scale={x}
                top={height - bottom}
                numTicks={Math.max(2, Math.floor(width / 130))}
                stroke="var(--mr-line)"
                hideTicks
                tickLabelProps={{ textAnchor: 'middle', dy: '0.1em' }}
              />
              {hovered !== undefined && <SpanTooltip span={spans[hovered]} x={x} width={width} />}
            </>
          );
        }}
      </Chart>
      <Text size="xs" c="dimmed" mt={4}>
        A report’s status holds until the next one; the last holds until now. A click on a bar narrows the list below to
        its time.{isCut ? ' The first 500 times are drawn.' : ''}
      </Text>
    </>
  );
}

function SpanTooltip({
  span,
  x,
  width,
}: {
  readonly span: VehicleStatusSpan | undefined;
  readonly x: ReturnType<typeof scaleTime<number>>;
  readonly width: number;
}) {
  if (!span) return null;
  const { status, from, to, seconds, reports } = span;
  return (
    <ChartTooltip
      x={x(Date.parse(from))}
      width={width}
      lines={[
        `${status}, ${formatDuration(seconds * 1_000)}`,
        `from ${formatInstant(from)}`,
        to === null ? 'until now' : `to ${formatInstant(to)}`,
        countOf(reports, 'report'),
      ]}
    />
  );
}
