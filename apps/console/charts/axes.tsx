import { AxisBottom, AxisLeft } from '@visx/axis';
import { GridRows } from '@visx/grid';
import type { scaleBand, scaleLinear } from '@visx/scale';
import { formatShort } from '../ui/format.js';

const line = 'var(--mr-line)';

/** Lines behind the marks, and the numbers at their left. */
export function ValueAxis({
  scale,
  width,
  left,
  format = formatShort,
}: {
  readonly scale: ReturnType<typeof scaleLinear<number>>;
  readonly width: number;
  readonly left: number;
  readonly format?: (value: number) => string;
}) {
  return (
    <>
      <GridRows scale={scale} left={left} width={width - left} numTicks={4} stroke={line} />
      <AxisLeft
        scale={scale}
        left={left}
        numTicks={4}
        hideAxisLine
        hideTicks
        tickFormat={(value) => format(Number(value))}
        tickLabelProps={{ textAnchor: 'end', dy: '0.3em', dx: -2 }}
      />
    </>
  );
}

/** The names below the marks; of many only as many as there is room for. */
export function BandAxis({
  scale,
  top,
  width,
  format,
  labelWidth = 64,
}: {
  readonly scale: ReturnType<typeof scaleBand<string>>;
  readonly top: number;
  readonly width: number;
  readonly format: (value: string) => string;
  readonly labelWidth?: number;
}) {
  const names = scale.domain();
  const every = Math.max(1, Math.ceil((names.length * labelWidth) / Math.max(width, 1)));
  return (
    <AxisBottom
      scale={scale}
      top={top}
      stroke={line}
      hideTicks
      tickValues={names.filter((_, index) => index % every === 0)}
      tickFormat={format}
      tickLabelProps={{ textAnchor: 'middle', dy: '0.1em' }}
    />
  );
}
