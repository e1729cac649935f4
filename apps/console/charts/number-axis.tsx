import { AxisBottom } from '@visx/axis';
import type { scaleLinear } from '@visx/scale';

export interface NumberAxisProps {
  readonly scale: ReturnType<typeof scaleLinear<number>>;
  readonly top: number;
  readonly label?: string;
  readonly format: (value: number) => string;
}

/** Numbers below the marks, and what they are. */
export function NumberAxis({ scale, top, label, format }: NumberAxisProps) {
  return (
    <AxisBottom
      scale={scale}
      top={top}
      numTicks={6}
      stroke="var(--mr-line)"
      hideTicks
      label={label}
      labelOffset={6}
      tickFormat={(value) => format(Number(value))}
      tickLabelProps={{ textAnchor: 'middle', dy: '0.1em' }}
    />
  );
}
