import type { Schedule } from '../../generated/api.js';

type Subject = Pick<Schedule, 'task' | 'origin' | 'offAt'>;

const looksOnly = 'You may look at schedules, but not change them';
const isOff = ({ task }: Subject): string => `The folder of the task ${task} does not define it any more`;

/** Why a schedule cannot be paused, resumed, run or backfilled; undefined: it can. */
export const whyNoRun = (schedule: Subject, mayChange: boolean): string | undefined =>
  mayChange ? (schedule.offAt === null ? undefined : isOff(schedule)) : looksOnly;

/** Why it cannot be changed. */
export const whyNoChange = (schedule: Subject, mayChange: boolean): string | undefined =>
  mayChange && schedule.origin === 'task'
    ? `It is changed in the folder of the task ${schedule.task}, and holds when the next worker starts`
    : whyNoRun(schedule, mayChange);

/** Why it cannot be deleted: what a folder defines would come back. */
export const whyNoDelete = (schedule: Subject, mayChange: boolean): string | undefined =>
  schedule.offAt === null ? whyNoChange(schedule, mayChange) : mayChange ? undefined : looksOnly;
