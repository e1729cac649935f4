import type { scaleLinear } from '@visx/scale';
import type { FootageTimeline } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';

/** Of a lane of labels, in pixels. */
export const labelHeight = 18;

export interface LabelTrackProps {
  readonly label: FootageTimeline['labels'][number];
  readonly axis: NonNullable<FootageTimeline['axis']>;
  readonly x: ReturnType<typeof scaleLinear<number>>;
  readonly top: number;
}

/** Where a class was recognised: the taller and darker a mark, the more certain the best label there. */
export function LabelTrack({ label: { label, labels, counts, certainty }, axis, x, top }: LabelTrackProps) {
  const [begin, end] = x.range();
  const pointWidth = Math.max(1.5, x(axis.from + axis.step) - x(axis.from) - 0.5);
  return (
    <g transform={`translate(0 ${top})`}>
      <text x={0} y={labelHeight / 2} dy="0.35em">
        {label.length > 15 ? `${label.slice(0, 14)}…` : label}
        <title>{label}</title>
      </text>
      <text x={Number(begin) - 6} y={labelHeight / 2} dy="0.35em" textAnchor="end">
        {formatCount(labels)}
      </text>
      <line x1={begin} x2={end} y1={labelHeight - 2} y2={labelHeight - 2} stroke="var(--mr-line)" />
      {counts.map((count, index) => {
        if (count === 0) return null;
        const share = certainty[index] ?? 0;
        const height = 4 + share * (labelHeight - 7);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a point of time is what it is by its position
            key={index}
            x={x(axis.from + index * axis.step)}
            y={labelHeight - 2 - height}
            width={pointWidth}
            height={height}
            fill="#0c8599"
            fillOpacity={0.45 + 0.55 * share}
          />
        );
      })}
    </g>
  );
}
