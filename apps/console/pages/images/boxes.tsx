import styles from './images.module.css';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly points?: readonly (readonly [number, number])[];
}

export interface BoxesProps {
  /** Of the image that lies below, in pixels as shown. */
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  /** The box that is pointed at elsewhere. */
  readonly chosen?: number | undefined;
  readonly tone?: 'found' | 'only';
}

/**
 * Boxes over an image that fits the same frame as a whole: both keep their proportions and lie in the middle, so that the browser
 * scales them alike.
 */
export function Boxes({ width, height, boxes, chosen, tone = 'found' }: BoxesProps) {
  return (
    <svg
      className={styles['boxes']}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden
      data-tone={tone}
    >
      {boxes.map(({ x, y, width: across, height: down, points = [] }, index) => (
        <g key={`${x} ${y} ${across}`} data-chosen={index === chosen || undefined}>
          {/* A dark line below the bright one: one of them is seen on any picture. */}
          <rect x={x} y={y} width={across} height={down} className={styles['shade']} />
          <rect x={x} y={y} width={across} height={down} className={styles['box']} />
          {points.map(([left, top]) => (
            <circle
              key={`${left} ${top}`}
              cx={left}
              cy={top}
              r={Math.max(across / 30, width / 1_000)}
              className={styles['point']}
            />
          ))}
        </g>
      ))}
    </svg>
  );
}
