import { Button, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { countOf } from '../../ui/format.js';
import { formatClock, formatInstant } from '../../ui/time-words.js';
import styles from './log.module.css';
import type { LogPart } from './log-book.js';
import { fieldsText, type LogRow, rowsOf } from './log-rows.js';
import { Marked } from './marked.js';

const rowHeight = 20;
/** That near to an end, the next lines are read. */
const nearPx = 600;
/** That near to the end one is at it. */
const endPx = 30;

export interface LogViewProps {
  readonly part: LogPart;
  /** Words that are marked. */
  readonly text: string | undefined;
  /** More lines may come by themselves. */
  readonly isOpen: boolean;
  readonly isFollowing: boolean;
  onFollow(isFollowing: boolean): void;
  onOlder(): void;
  onNewer(): void;
}

/** The lines of a log. At its end it follows what comes; who scrolls up reads in peace, and is told what came. */
export function LogView({ part, text, isOpen, isFollowing, onFollow, onOlder, onNewer }: LogViewProps) {
  const { lines, hasOlder, hasNewer, isReading, error, opening, openedAt } = part;
  const frame = useRef<HTMLElement>(null);
  const rows = useMemo(() => rowsOf(lines, hasOlder), [lines, hasOlder]);
  const [leftAt, setLeftAt] = useState<string>();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 20,
    getItemKey: (index) => rows[index]?.key ?? index,
  });

  // Rows that are added or let go above those in sight must not move them.
  const shown = useRef({ rows, opening: 0 });
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = { rows, opening };
    const element = frame.current;
    if (!element) return;
    if (before.opening !== opening) {
      element.scrollTop = openedAt === 'end' ? element.scrollHeight : 0;
    } else if (isFollowing && !hasNewer) {
      element.scrollTop = element.scrollHeight;
    } else if (before.rows !== rows) {
      const top = Math.min(Math.floor(element.scrollTop / rowHeight), before.rows.length - 1);
      const now = rows.findIndex(({ key }) => key === before.rows[top]?.key);
      if (now >= 0) element.scrollTop += (now - top) * rowHeight;
    }
  }, [rows, opening, openedAt, isFollowing, hasNewer]);

  const look = useCallback((): void => {
    const element = frame.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < endPx;
    if (scrollTop < nearPx && hasOlder) onOlder();
    if (scrollHeight - scrollTop - clientHeight < nearPx && hasNewer) onNewer();
    const follows = isAtEnd && !hasNewer;
    if (follows !== isFollowing) {
      setLeftAt(follows ? undefined : lines.at(-1)?.id);
      onFollow(follows);
    }
  }, [hasOlder, hasNewer, isFollowing, lines, onOlder, onNewer, onFollow]);
  // Where all lines have room, nothing scrolls that would ask for more.
  useEffect(() => {
    const element = frame.current;
    // After a fault somebody asks, not the page: it would ask without end.
    const mayAsk = !isReading && hasOlder && error === undefined;
    if (element && mayAsk && element.scrollHeight <= element.clientHeight + nearPx) onOlder();
  }, [hasOlder, isReading, error, onOlder]);

  const leftIndex = leftAt === undefined ? -1 : lines.findIndex(({ id }) => id === leftAt);
  const newCount = leftIndex < 0 ? 0 : lines.length - 1 - leftIndex;
  return (
    <div className={styles['viewer']}>
      {/* What scrolls has to be reached by the keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above */}
      <section className={styles['frame']} ref={frame} tabIndex={0} aria-label="Log" onScroll={look}>
        <div style={{ height: virtual.getTotalSize() }} className={styles['lines']}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            return (
              row && (
                <div key={key} className={styles['row']} style={{ transform: `translateY(${start}px)` }}>
                  <Row row={row} text={text} />
                </div>
              )
            );
          })}
        </div>
      </section>
      <Group justify="space-between" className={styles['foot']} gap="xs">
        <Text size="xs" c="dimmed" role="status">
          {countOf(lines.length, 'line')} in the page
          {hasOlder && ', older ones are read as you scroll up'}
          {isReading && ' · reading …'}
        </Text>
        {isOpen && (
          <Text size="xs" role="status" component="div">
            {isFollowing ? (
              <span className="dim">Following: new lines appear at the end</span>
            ) : (
              <>
                Not following, since you scrolled up
                {newCount > 0 && <b>; {countOf(newCount, 'new line')}</b>}{' '}
                <Button size="compact-xs" variant="light" onClick={() => onFollow(true)}>
                  Follow
                </Button>
              </>
            )}
          </Text>
        )}
      </Group>
    </div>
  );
}

function Row({ row, text }: { readonly row: LogRow; readonly text: string | undefined }) {
  if (row.kind === 'attempt') return <span className={styles['attempt']}>Attempt {row.attempt}</span>;
  const { line, nth } = row;
  const fields = nth === 0 ? fieldsText(line.fields) : '';
  return (
    <>
      <time className={styles['time']} dateTime={line.at} title={`${formatInstant(line.at)} · ${line.at}`}>
        {nth === 0 ? formatClock(line.at) : ''}
      </time>
      <span className={styles['word']} data-level={line.level}>
        {nth === 0 ? line.level : ''}
      </span>
      <span data-level={line.level} className={styles['message']}>
        <Marked text={row.text} words={text} />
      </span>
      {fields !== '' && (
        <span className={styles['fields']}>
          <Marked text={fields} words={text} />
        </span>
      )}
    </>
  );
}
