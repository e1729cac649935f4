import { Pie } from '@visx/shape';
import { formatCount, formatShare } from '../ui/format.js';
import { Chart } from './chart.js';
import { colourOf, inkOn } from './colours.js';

export interface PieChartProps {
  readonly title: string;
  readonly slices: readonly { readonly label: string; readonly value: number }[];
  /** What is counted: `images`. */
  readonly unit: string;
  readonly height?: number;
  /** Of a slice; undefined: the next one of the palette. */
  readonly colour?: (label: string) => string;
}

/** Slices smaller than this have no room for their share; the legend says it. */
const minShare = 0.05;

/** Shares of a whole, the share of each in it and in the legend. */
export function PieChart({ title, slices, unit, height = 220, colour }: PieChartProps) {
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  const shareOf = (value: number): number => (total === 0 ? 0 : value / total);
  const colours = new Map(slices.map(({ label }, index) => [label, colour?.(label) ?? colourOf(label, index)]));
  return (
    <Chart
      title={title}
      summary={`${title}: ${slices.map(({ label, value }) => `${label} ${formatShare(shareOf(value))}`).join('; ')}`}
      height={height}
      legend={slices.map(({ label, value }) => ({
        label,
        colour: colours.get(label) ?? '',
        note: `${formatShare(shareOf(value))} · ${formatCount(value)}`,
      }))}
      table={{
        head: ['', unit, 'Share'],
        rows: slices.map(({ label, value }) => [label, formatCount(value), formatShare(shareOf(value))]),
      }}
    >
      {({ width, height: full }) => {
        const radius = Math.max(10, Math.min(width, full) / 2 - 4);
        return (
          <g transform={`translate(${width / 2} ${full / 2})`}>
            <Pie
              data={[...slices]}
              pieValue={({ value }) => value}
              pieSort={null}
              pieSortValues={null}
              outerRadius={radius}
              innerRadius={radius * 0.5}
              padAngle={0.012}
            >
              {({ arcs, path }) =>
                arcs.map((arc) => {
                  const { label, value } = arc.data;
                  const [x, y] = path.centroid(arc);
                  return (
                    <g key={label}>
                      <path d={path(arc) ?? undefined} fill={colours.get(label)}>
                        <title>{`${label}: ${formatCount(value)} ${unit}, ${formatShare(shareOf(value))}`}</title>
                      </path>
                      {shareOf(value) >= minShare && (
                        <text
                          x={x}
                          y={y}
                          dy="0.33em"
                          textAnchor="middle"
                          style={{ fill: inkOn(colours.get(label) ?? ''), fontWeight: 600 }}
                        >
                          {formatShare(shareOf(value))}
                        </text>
                      )}
                    </g>
                  );
                })
              }
            </Pie>
          </g>
        );
      }}
    </Chart>
  );
}
