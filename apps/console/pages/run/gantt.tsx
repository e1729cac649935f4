import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconArrowsMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import { formatDuration } from '../../ui/format.js';
import { formatClock } from '../../ui/time-words.js';
import type { FlowNode } from './flow-order.js';
import styles from './gantt.module.css';
import { GanttRow } from './gantt-row.js';
import { marksOf, moved, type Span, zoomed } from './time-span.js';

const rowHeight = 26;
const marksAtMost = 8;

/** Bars over time, a row for each run. Only the rows in sight are in the page, so that 10,000 runs are as quick as ten. */
export function Gantt({ rows, now }: { readonly rows: readonly FlowNode[]; readonly now: number }) {
  const frame = useRef<HTMLElement>(null);
  const whole = useMemo(() => spanOf(rows, now), [rows, now]);
  const [chosen, setChosen] = useState<Span>();
  const span = chosen ?? whole;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    getItemKey: (index) => rows[index]?.run.id ?? index,
  });
  const zoom = (factor: number) => (): void => setChosen(zoomed(span, factor, whole));
  const move = (part: number) => (): void => setChosen(moved(span, part, whole));
  return (
    <section className={styles['gantt']} aria-label="Timeline">
      <Group justify="space-between" px={12} py={4} gap="xs">
        <Text size="xs" c="dimmed">
          {formatClock(span.from)} to {formatClock(span.to)}, {formatDuration(span.to - span.from)}
          {chosen && ` of ${formatDuration(whole.to - whole.from)}`}. Drag along the axis to look closer.
        </Text>
        <Group gap={2}>
          <Tool label="Earlier" onClick={move(-0.5)} isOff={!chosen} Icon={IconArrowLeft} />
          <Tool label="Later" onClick={move(0.5)} isOff={!chosen} Icon={IconArrowRight} />
          <Tool label="Look closer" onClick={zoom(0.5)} Icon={IconPlus} />
          <Tool label="Show more time" onClick={zoom(2)} isOff={!chosen} Icon={IconMinus} />
          <Tool label="Show all" onClick={() => setChosen(undefined)} isOff={!chosen} Icon={IconArrowsMaximize} />
        </Group>
      </Group>
      <Axis span={span} origin={whole.from} onChoose={setChosen} />
      {/* What scrolls has to be reached by the keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className={styles['frame']} ref={frame} tabIndex={0} aria-label="Runs over time">
        <div style={{ height: virtual.getTotalSize() }} className={styles['rows']}>
          <Marks span={span} origin={whole.from} />
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const node = rows[index];
            return (
              node && (
                <div key={key} className={styles['row']} style={{ transform: `translateY(${start}px)` }}>
                  <GanttRow node={node} span={span} now={now} />
                </div>
              )
            );
          })}
        </div>
      </section>
    </section>
  );
}

/** From when the first run was recorded until the last one ended. */
function spanOf(rows: readonly FlowNode[], now: number): Span {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  for (const { run } of rows) {
    from = Math.min(from, Date.parse(run.createdAt));
    to = Math.max(to, run.endedAt === null ? now : Date.parse(run.endedAt));
  }
  return Number.isFinite(from) ? { from, to: Math.max(to, from + 1) } : { from: now - 1, to: now };
}

function Tool({
  label,
  onClick,
  isOff = false,
  Icon,
}: {
  readonly label: string;
  onClick(): void;
  readonly isOff?: boolean;
  readonly Icon: typeof IconPlus;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={onClick} disabled={isOff}>
        <Icon size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

const partOf = (at: number, { from, to }: Span): number => (at - from) / (to - from);

function Marks({ span, origin }: { readonly span: Span; readonly origin: number }) {
  return (
    <div className={styles['area']} aria-hidden>
      {marksOf(span, origin, marksAtMost).map((at) => (
        <span key={at} className={styles['mark']} style={{ left: `${100 * partOf(at, span)}%` }} />
      ))}
    </div>
  );
}

/** The axis: times since the beginning; one drags along it to choose a span. */
function Axis({
  span,
  origin,
  onChoose,
}: {
  readonly span: Span;
  readonly origin: number;
  onChoose(span: Span): void;
}) {
  const [drag, setDrag] = useState<{ readonly from: number; readonly to: number }>();
  const timeAt = ({ currentTarget, clientX }: React.PointerEvent<HTMLElement>): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return span.from + Math.min(1, Math.max(0, (clientX - left) / width)) * (span.to - span.from);
  };
  return (
    <div className={styles['axis']}>
      <div
        className={styles['axisArea']}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = timeAt(event);
          setDrag({ from: at, to: at });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: timeAt(event) })}
        onPointerCancel={() => setDrag(undefined)}
        onPointerUp={() => {
          setDrag(undefined);
          if (!drag) return;
          const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
          if ((to - from) / (span.to - span.from) > 0.01) onChoose({ from, to });
        }}
      >
        {marksOf(span, origin, marksAtMost).map((at) => (
          <span key={at} className={styles['markLabel']} style={{ left: `${100 * partOf(at, span)}%` }}>
            {at === origin ? '0' : `+${formatDuration(at - origin)}`}
          </span>
        ))}
        {drag && (
          <span
            className={styles['drag']}
            style={{
              left: `${100 * partOf(Math.min(drag.from, drag.to), span)}%`,
              width: `${100 * Math.abs(partOf(drag.to, span) - partOf(drag.from, span))}%`,
            }}
          />
        )}
      </div>
    </div>
  );
}
