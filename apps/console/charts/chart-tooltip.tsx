const lineHeight = 15;
const letterWidth = 6.4;

/** A note beside the mark under the pointer, within the drawing, so that it never jumps out of the page. */
export function ChartTooltip({
  x,
  y = 4,
  width,
  lines,
}: {
  readonly x: number;
  readonly y?: number;
  readonly width: number;
  readonly lines: readonly string[];
}) {
  const own = Math.max(...lines.map((line) => line.length)) * letterWidth + 16;
  const at = x + own + 24 > width ? Math.max(0, x - own - 8) : x + 24;
  return (
    <g pointerEvents="none" transform={`translate(${at} ${y})`}>
      <rect
        width={own}
        height={lines.length * lineHeight + 10}
        rx={5}
        fill="var(--mr-surface)"
        stroke="var(--mantine-color-dimmed)"
        strokeWidth={0.7}
      />
      {lines.map((line, index) => (
        <text key={line} x={8} y={lineHeight * (index + 1)} fontWeight={index === 0 ? 600 : 400}>
          {line}
        </text>
      ))}
    </g>
  );
}
