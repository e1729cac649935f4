import { IconClock, IconHistory, IconRestore } from '@tabler/icons-react';
import type { SlotDay } from '../../generated/api.js';
import { formatCount } from '../../ui/format.js';
import { type StateLook, slotStates } from '../../ui/states.js';

/** A kind of slots that a calendar counts. */
export interface SlotKind extends StateLook {
  readonly id: string;
  /** After a number: `3 fired`. */
  readonly word: string;
  countOf(day: SlotDay): number;
}

/** In the order in which a day shows them. Those that fired are parted by what made them fire. */
export const slotKinds: readonly SlotKind[] = [
  {
    ...slotStates.fired,
    id: 'fired',
    word: 'fired',
    meaning: 'Fired at their times',
    countOf: ({ fired, caughtUp, backfilled }) => fired - caughtUp - backfilled,
  },
  {
    id: 'caughtUp',
    word: 'caught up',
    colour: 'var(--mr-good)',
    Icon: IconRestore,
    meaning: 'Fired later: they had been missed',
    countOf: ({ caughtUp }) => caughtUp,
  },
  {
    id: 'backfilled',
    word: 'backfilled',
    colour: 'var(--mr-good)',
    Icon: IconHistory,
    meaning: 'Fired by a backfill',
    countOf: ({ backfilled }) => backfilled,
  },
  { ...slotStates.pending, id: 'pending', word: 'waiting', countOf: ({ pending }) => pending },
  { ...slotStates.missed, id: 'missed', word: 'missed', countOf: ({ missed }) => missed },
  { ...slotStates.skipped, id: 'skipped', word: 'skipped', countOf: ({ skipped }) => skipped },
  { ...slotStates.failed, id: 'failed', word: 'failed', countOf: ({ failed }) => failed },
  {
    id: 'toCome',
    word: 'to come',
    colour: 'var(--mr-busy)',
    Icon: IconClock,
    meaning: 'Times of the rule that are later than now',
    countOf: ({ toCome }) => toCome,
  },
];

/** The kinds that a day has, with their numbers. */
export const kindsOf = (day: SlotDay): readonly { readonly kind: SlotKind; readonly count: number }[] =>
  slotKinds.map((kind) => ({ kind, count: kind.countOf(day) })).filter(({ count }) => count > 0);

/** `3 fired, 1 missed` */
export function dayWords(day: SlotDay): string {
  const words = kindsOf(day).map(({ kind, count }) => `${formatCount(count)} ${kind.word}`);
  return words.length === 0 ? 'no slots' : words.join(', ');
}
