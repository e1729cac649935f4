import { Button, Text } from '@mantine/core';
import type { ScheduleDetail, Slot, SlotDay } from '../../generated/api.js';
import { useTexts } from '../../shell/use-texts.js';
import { formatCount } from '../../ui/format.js';
import { LoadingNote, ProblemNote } from '../../ui/notes.js';
import { clockIn } from '../schedules/zone-words.js';
import styles from './day-slots.module.css';
import { dayWordsOf } from './month.js';
import { dayWords } from './slot-kinds.js';
import { SlotOutcome } from './slot-outcome.js';
import { maxToCome, useSlots, useSlotsToCome } from './use-schedule-data.js';

export interface DaySlotsProps {
  readonly schedule: ScheduleDetail;
  readonly timezone: string;
  readonly day: string;
  /** Undefined while it is not known when the day begins there. */
  readonly counts: SlotDay | undefined;
}

/** The slots of one day: those to come first, as they come, and then what became of the others, the latest first. */
export function DaySlots({ schedule, timezone, day, counts }: DaySlotsProps) {
  return (
    // What scrolls has to be reached by the keyboard.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    <section className={styles['day']} tabIndex={0} aria-label={`Slots of ${dayWordsOf(day)}`} aria-live="polite">
      <h3 className={styles['title']}>{dayWordsOf(day)}</h3>
      {counts === undefined ? (
        <LoadingNote what="the day" />
      ) : (
        <>
          <Text size="sm" c="dimmed">
            {sentence(dayWords(counts))}, by the clocks of {timezone}
          </Text>
          <ToCome schedule={schedule} timezone={timezone} counts={counts} />
          <Decided schedule={schedule} timezone={timezone} counts={counts} />
        </>
      )}
    </section>
  );
}

interface PartProps {
  readonly schedule: ScheduleDetail;
  readonly timezone: string;
  readonly counts: SlotDay;
}

function ToCome({ schedule, timezone, counts: { from, to, toCome } }: PartProps) {
  const { data, error } = useSlotsToCome(schedule, { from, to }, toCome > 0);
  if (toCome === 0) return null;
  const isPaused = schedule.pausedAt !== null;
  return (
    <div>
      <h4 className={styles['part']}>To come{isPaused && ', if it is resumed before'}</h4>
      {error && <ProblemNote error={error} />}
      <ul className={styles['times']}>
        {data?.next.map((at) => (
          <li key={at}>
            <time dateTime={at}>{clockIn(timezone, at)}</time>
          </li>
        ))}
        {toCome > maxToCome && <li className="dim">and {formatCount(toCome - maxToCome)} more</li>}
      </ul>
    </div>
  );
}

/** Slots that a day shows at most; the tab of slots has all. */
const maxShown = 100;

function Decided({ schedule, timezone, counts }: PartProps) {
  const [, change] = useTexts();
  const { from, to, pending, fired, skipped, failed, missed } = counts;
  const query = useSlots(schedule.name, { from, to });
  const slots = query.data?.pages[0]?.items ?? [];
  const isKnown = pending + fired + skipped + failed + missed > 0;
  if (!isKnown && slots.length === 0) return null;
  return (
    <div>
      <h4 className={styles['part']}>What became of them</h4>
      {query.error && <ProblemNote error={query.error} />}
      <ul className={styles['slots']}>
        {slots.slice(0, maxShown).map((slot) => (
          <li key={`${slot.slotAt} ${slot.state}`}>
            <span className={styles['clock']}>{timeOf(slot, timezone)}</span>
            <SlotOutcome slot={slot} />
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <Button variant="default" size="compact-xs" onClick={() => change({ tab: 'slots', from, to })}>
          Show all of the day
        </Button>
      )}
    </div>
  );
}

/** Missed slots may be many, of several days. */
const timeOf = ({ slotAt, lastSlotAt }: Slot, timezone: string): string =>
  slotAt === lastSlotAt ? clockIn(timezone, slotAt) : `${clockIn(timezone, slotAt)} – ${clockIn(timezone, lastSlotAt)}`;

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
