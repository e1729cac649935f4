import { useState } from 'react';
import { Chart } from './chart.js';
import { ChartTooltip } from './chart-tooltip.js';

export interface HeatMapProps {
  readonly title: string;
  readonly summary: string;
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** From 0 (nothing) to 1 (all), by row and column; undefined: there is nothing to say. */
  readonly shares: readonly (readonly (number | undefined)[])[];
  /** What a cell says in words. */
  wordsOf(row: number, column: number): readonly string[];
  readonly onCell?: (row: number, column: number) => void;
  /** Of a row, in pixels. */
  readonly rowHeight?: number;
}

const left = 84;
const top = 18;

/** A grid of cells that are the fuller the more there is; what misses something at all is marked in red. */
export function HeatMap({ title, summary, rows, columns, shares, wordsOf, onCell, rowHeight = 18 }: HeatMapProps) {
  const [hovered, setHovered] = useState<readonly [number, number]>();
  const height = top + rows.length * rowHeight + 4;
  return (
    <Chart
      title={title}
      summary={summary}
      height={height}
      legend={[
        { label: 'all there', colour: fillOf(1) },
        { label: 'partly', colour: fillOf(0.5) },
        { label: 'nothing', colour: fillOf(0) },
      ]}
      table={{
        head: ['', ...columns],
        rows: rows.map((row, index) => [
          row,
          ...columns.map((_, column) => {
            const share = shares[index]?.[column];
            return share === undefined ? '' : `${Math.round(share * 100)} %`;
          }),
        ]),
      }}
    >
      {({ width }) => {
        const cell = (width - left) / Math.max(columns.length, 1);
        const every = Math.max(1, Math.ceil(34 / cell));
        return (
          <>
            {columns.map(
              (column, index) =>
                index % every === 0 && (
                  <text key={column} x={left + index * cell} y={11}>
                    {column}
                  </text>
                ),
            )}
            {rows.map((row, index) => (
              <g key={row} transform={`translate(0 ${top + index * rowHeight})`}>
                <text x={left - 8} y={rowHeight / 2} dy="0.35em" textAnchor="end">
                  {row}
                </text>
                {columns.map((column, at) => {
                  const share = shares[index]?.[at];
                  return (
                    share !== undefined && (
                      // biome-ignore lint/a11y/noStaticElementInteractions: what the pointer does here the table does for others
                      <rect
                        key={column}
                        x={left + at * cell}
                        width={Math.max(cell - (cell > 4 ? 1 : 0), 0.5)}
                        height={rowHeight - 2}
                        fill={fillOf(share)}
                        onPointerEnter={() => setHovered([index, at])}
                        onPointerLeave={() => setHovered(undefined)}
                        onClick={onCell && (() => onCell(index, at))}
                        style={onCell && { cursor: 'pointer' }}
                      />
                    )
                  );
                })}
              </g>
            ))}
            {hovered && (
              <ChartTooltip
                x={left + hovered[1] * cell}
                y={Math.max(0, Math.min(top + hovered[0] * rowHeight - 10, height - 60))}
                width={width}
                lines={wordsOf(...hovered)}
              />
            )}
          </>
        );
      }}
    </Chart>
  );
}

/** Green the fuller it is; red where nothing is. */
const fillOf = (share: number): string =>
  share <= 0
    ? '#e03131'
    : share >= 1
      ? '#2f9e44'
      : `color-mix(in srgb, #2f9e44 ${Math.round(25 + share * 60)}%, #ffd43b)`;
