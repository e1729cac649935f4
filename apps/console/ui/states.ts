import {
  IconAlertTriangle,
  IconArrowsShuffle,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconCopy,
  IconDots,
  IconEyeOff,
  IconHistory,
  IconHourglass,
  IconLoader2,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipForward,
  IconTruckLoading,
} from '@tabler/icons-react';

/** How a state is shown: never by its colour alone. */
export interface StateLook {
  /** A custom property of theme/theme.ts; passes 4.5:1 on surfaces. */
  readonly colour: string;
  readonly Icon: typeof IconClock;
  /** What it means, for who meets it the first time. */
  readonly meaning: string;
}

/** Of runs, in the order of a run's life. */
export const runStates = {
  queued: { colour: 'var(--mr-quiet)', Icon: IconDots, meaning: 'Waits for a worker' },
  delayed: { colour: 'var(--mr-warn)', Icon: IconClock, meaning: 'Waits until a time, or for its next try' },
  waiting: { colour: 'var(--mr-wait)', Icon: IconHourglass, meaning: 'Waits for runs that it has invoked' },
  running: { colour: 'var(--mr-busy)', Icon: IconLoader2, meaning: 'A worker carries it out' },
  succeeded: { colour: 'var(--mr-good)', Icon: IconCircleCheck, meaning: 'Done' },
  failed: { colour: 'var(--mr-bad)', Icon: IconCircleX, meaning: 'Gave up; its error says why' },
  cancelled: { colour: 'var(--mr-quiet)', Icon: IconBan, meaning: 'Stopped by somebody' },
} as const satisfies Record<string, StateLook>;

/** Of files, in the order of a file's life. */
export const fileStates = {
  arriving: { colour: 'var(--mr-quiet)', Icon: IconDots, meaning: 'Seen; it has not stood still yet' },
  settled: { colour: 'var(--mr-wait)', Icon: IconHourglass, meaning: 'Whole and hashed; waits for a run' },
  loading: { colour: 'var(--mr-busy)', Icon: IconTruckLoading, meaning: 'A run has it' },
  loaded: { colour: 'var(--mr-good)', Icon: IconCircleCheck, meaning: 'Its rows are there' },
  duplicate: { colour: 'var(--mr-quiet)', Icon: IconCopy, meaning: 'The same bytes are loaded already' },
  quarantined: {
    colour: 'var(--mr-bad)',
    Icon: IconAlertTriangle,
    meaning: 'Something is wrong with it; see its reason',
  },
  ignored: { colour: 'var(--mr-quiet)', Icon: IconEyeOff, meaning: 'No source takes its name' },
  discarded: { colour: 'var(--mr-quiet)', Icon: IconBan, meaning: 'Somebody decided that it is not to be loaded' },
  superseded: { colour: 'var(--mr-quiet)', Icon: IconHistory, meaning: 'Its path has newer content' },
} as const satisfies Record<string, StateLook>;

/** Of workers, schedules, slots and others. */
export const otherStates = {
  living: { colour: 'var(--mr-good)', Icon: IconCircleCheck, meaning: 'Gives signs of life' },
  silent: { colour: 'var(--mr-warn)', Icon: IconAlertTriangle, meaning: 'No sign of life for a while' },
  lost: { colour: 'var(--mr-bad)', Icon: IconCircleX, meaning: 'Gone without a word; its runs were given to others' },
  stopped: { colour: 'var(--mr-quiet)', Icon: IconBan, meaning: 'Ended in good order' },
  paused: { colour: 'var(--mr-warn)', Icon: IconPlayerPause, meaning: 'Nothing begins until it is resumed' },
  suspended: {
    colour: 'var(--mr-wait)',
    Icon: IconArrowsShuffle,
    meaning: 'Gave its slot back until invoked runs have ended',
  },
} as const satisfies Record<string, StateLook>;

/** Of the tries of a run. */
export const attemptStates = {
  running: runStates.running,
  succeeded: runStates.succeeded,
  failed: { ...runStates.failed, meaning: 'Ended with an error' },
  cancelled: runStates.cancelled,
  lost: {
    colour: 'var(--mr-warn)',
    Icon: IconAlertTriangle,
    meaning: 'Its worker died or was cut off; another attempt took over',
  },
  released: { colour: 'var(--mr-quiet)', Icon: IconHistory, meaning: 'Given back because its worker was stopped' },
  suspended: otherStates.suspended,
} as const satisfies Record<string, StateLook>;

/** Of a schedule's slots. */
export const slotStates = {
  pending: { colour: 'var(--mr-wait)', Icon: IconHourglass, meaning: 'Waits for the run of an earlier slot' },
  fired: { colour: 'var(--mr-good)', Icon: IconCircleCheck, meaning: 'It has its run' },
  skipped: {
    colour: 'var(--mr-quiet)',
    Icon: IconPlayerSkipForward,
    meaning: 'The run of an earlier slot had not ended',
  },
  failed: { colour: 'var(--mr-bad)', Icon: IconCircleX, meaning: 'Its run could not be recorded; the reason says why' },
  missed: {
    colour: 'var(--mr-warn)',
    Icon: IconAlertTriangle,
    meaning: 'Nobody was there to fire it, or it was paused',
  },
} as const satisfies Record<string, StateLook>;

/** Whether a schedule fires. */
export const scheduleStates = {
  on: { colour: 'var(--mr-good)', Icon: IconPlayerPlay, meaning: 'Its slots fire at their times' },
  paused: { colour: 'var(--mr-warn)', Icon: IconPlayerPause, meaning: 'No slot fires before it is resumed' },
  off: { colour: 'var(--mr-quiet)', Icon: IconBan, meaning: 'The folder of its task defines it no more' },
} as const satisfies Record<string, StateLook>;

const unknownLook: StateLook = { colour: 'var(--mr-quiet)', Icon: IconDots, meaning: '' };
const looks: Readonly<
  Record<'run' | 'file' | 'attempt' | 'slot' | 'schedule' | 'other', Readonly<Record<string, StateLook>>>
> = {
  run: runStates,
  file: fileStates,
  attempt: attemptStates,
  slot: slotStates,
  schedule: scheduleStates,
  other: otherStates,
};

export type StateKind = keyof typeof looks;

/** How a state of that kind looks; one that this page does not know yet looks neutral. */
export const lookOf = (kind: StateKind, state: string): StateLook => looks[kind][state] ?? unknownLook;
