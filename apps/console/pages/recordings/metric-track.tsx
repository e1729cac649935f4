import { scaleLinear } from '@visx/scale';
import { Area, LinePath } from '@visx/shape';
import { colourOf } from '../../charts/colours.js';
import type { FootageTimeline } from '../../generated/api.js';
import { formatRate } from '../../ui/format.js';

/** Of a track of a metric, in pixels. */
export const metricHeight = 62;
const inner = 8;

export interface MetricTrackProps {
  readonly metric: FootageTimeline['metrics'][number];
  readonly axis: NonNullable<FootageTimeline['axis']>;
  readonly x: ReturnType<typeof scaleLinear<number>>;
  readonly top: number;
  readonly index: number;
}

/** A metric along time on a scale of its own: its mean as a line, from the smallest to the largest value as a band. */
export function MetricTrack({ metric, axis, x, top, index }: MetricTrackProps) {
  const { metric: name, mean, min, max } = metric;
  const low = min.reduce<number>((least, value) => Math.min(least, value ?? least), Number.POSITIVE_INFINITY);
  const high = max.reduce<number>((most, value) => Math.max(most, value ?? most), Number.NEGATIVE_INFINITY);
  const hasValues = low <= high;
  const y = scaleLinear<number>({
    domain: hasValues ? (low === high ? [low - 1, high + 1] : [low, high]) : [0, 1],
    range: [metricHeight - inner, inner],
  });
  const points = mean.map((value, at) => ({
    at: x(axis.from + (at + 0.5) * axis.step),
    value,
    low: min[at] ?? null,
    high: max[at] ?? null,
  }));
  const [begin, end] = x.range();
  const colour = colourOf(name, index);
  return (
    <g transform={`translate(0 ${top})`}>
      <text x={0} y={metricHeight / 2} dy="0.35em" fontWeight={600}>
        {name.length > 14 ? `${name.slice(0, 13)}…` : name}
        <title>{name}</title>
      </text>
      {hasValues &&
        [...new Set([low, high])].map((value) => (
          <text key={value} x={Number(begin) - 6} y={y(value)} dy="0.35em" textAnchor="end">
            {formatRate(value)}
          </text>
        ))}
      {low < 0 && high > 0 && (
        <line x1={begin} x2={end} y1={y(0)} y2={y(0)} stroke="var(--mr-line)" strokeDasharray="2 3" />
      )}
      <line x1={begin} x2={end} y1={metricHeight - 1} y2={metricHeight - 1} stroke="var(--mr-line)" />
      {axis.step > 1 && (
        <Area
          data={points}
          defined={(point) => point.low !== null && point.high !== null}
          x={({ at }) => at}
          y0={(point) => y(point.low ?? 0)}
          y1={(point) => y(point.high ?? 0)}
          fill={colour}
          fillOpacity={0.18}
        />
      )}
      <LinePath
        data={points}
        defined={({ value }) => value !== null}
        x={({ at }) => at}
        y={({ value }) => y(value ?? 0)}
        stroke={colour}
        strokeWidth={1.6}
      />
    </g>
  );
}
