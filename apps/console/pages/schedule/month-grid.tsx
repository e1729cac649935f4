import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { SlotDay } from '../../generated/api.js';
import { formatCount, formatShort } from '../../ui/format.js';
import { addDays, dayWordsOf, monthWords, weekdays, weeksOf } from './month.js';
import styles from './month-grid.module.css';
import { dayWords, kindsOf } from './slot-kinds.js';

export interface MonthGridProps {
  readonly month: string;
  readonly today: string;
  readonly chosen: string;
  readonly days: readonly SlotDay[];
  /** What is shown is of another month: that of this one is being read. */
  readonly isOld: boolean;
  onChoose(day: string): void;
}

/** By how many days the keys move the focus. */
const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** A month, day by day: how many slots of it became what. The arrows choose the day beside, above or below. */
export function MonthGrid({ month, today, chosen, days, isOld, onChoose }: MonthGridProps) {
  const grid = useRef<HTMLTableElement>(null);
  const wanted = useRef<string>(undefined);
  const byDay = new Map(days.map((each) => [each.day, each]));
  const weeks = weeksOf(month);
  const shown = weeks.flat();
  const reached = shown.includes(chosen) ? chosen : (shown.find((day) => day.startsWith(month)) ?? '');
  // A key may lead to a day that is shown only once its month is.
  useEffect(() => {
    if (wanted.current === undefined) return;
    const button = grid.current?.querySelector<HTMLButtonElement>(`[data-day="${wanted.current}"]`);
    if (!button) return;
    button.focus();
    wanted.current = undefined;
  });
  const move = (event: React.KeyboardEvent, day: string): void => {
    const index = shown.indexOf(day) % 7;
    const by = { ...steps, Home: -index, End: 6 - index }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    wanted.current = addDays(day, by);
    onChoose(wanted.current);
  };
  return (
    <table
      className={styles['grid']}
      ref={grid}
      aria-label={`Slots of ${monthWords(month)}`}
      data-old={isOld || undefined}
    >
      <thead>
        <tr>
          {weekdays.map((name) => (
            <th key={name} scope="col" abbr={name}>
              {name.slice(0, 3)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]}>
            {week.map((day) => (
              <td key={day}>
                <button
                  type="button"
                  className={styles['day']}
                  data-day={day}
                  data-outside={!day.startsWith(month) || undefined}
                  data-today={day === today || undefined}
                  aria-pressed={day === chosen}
                  aria-current={day === today ? 'date' : undefined}
                  tabIndex={day === reached ? 0 : -1}
                  onClick={() => onChoose(day)}
                  onKeyDown={(event) => move(event, day)}
                >
                  <VisuallyHidden>
                    {dayWordsOf(day)}: {wordsOf(byDay.get(day))}
                  </VisuallyHidden>
                  <span className={styles['number']} aria-hidden>
                    {Number(day.slice(8))}
                  </span>
                  <Counts of={byDay.get(day)} />
                </button>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const wordsOf = (day: SlotDay | undefined): string => (day === undefined ? 'not read yet' : dayWords(day));

/** From this number on there is no room for the word beside it; the sign and what one hears say it. */
const wordless = 1_000;

/** Sign, number and, where there is room, word of each kind of slots. */
function Counts({ of: day }: { readonly of: SlotDay | undefined }) {
  if (day === undefined) return null;
  return (
    <span className={styles['counts']} aria-hidden>
      {kindsOf(day).map(({ kind: { id, word, colour, Icon }, count }) => (
        <span key={id} className={styles['count']} style={{ color: colour }} title={`${formatCount(count)} ${word}`}>
          <Icon size={13} stroke={2} />
          <b>{formatShort(count)}</b>
          {count < wordless && <span className={styles['word']}>{word}</span>}
        </span>
      ))}
    </span>
  );
}
