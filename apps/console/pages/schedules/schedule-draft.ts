import type { NewSchedule, Schedule, ScheduleChange } from '../../generated/api.js';

/** Units of an interval, in milliseconds. */
export const units = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 } as const;
export type Unit = keyof typeof units;

/** What somebody writes into the form of a schedule. */
export interface ScheduleDraft {
  readonly name: string;
  readonly task: string;
  /** By the tasks' names, so that a look at another task loses nothing. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly kind: 'cron' | 'every';
  readonly cron: string;
  readonly every: string;
  readonly unit: Unit;
  readonly timezone: string;
  readonly overlap: Schedule['overlap'];
  readonly catchUp: Schedule['catchUp'];
  /** Labels and priority, as their form has them. */
  readonly further: object;
}

export const emptyDraft: ScheduleDraft = {
  name: '',
  task: '',
  inputs: {},
  kind: 'cron',
  cron: '0 1 * * *',
  every: '15',
  unit: 'minutes',
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  overlap: 'skip',
  catchUp: 'none',
  further: {},
};

/** The draft that changes nothing of a schedule. */
export function draftOf(schedule: Schedule): ScheduleDraft {
  const { name, task, input, cron, everyMs, timezone, overlap, catchUp, labels, priority } = schedule;
  const unit = (['days', 'hours', 'minutes', 'seconds'] as const).find((each) => (everyMs ?? 0) % units[each] === 0);
  return {
    ...{ name, task, timezone, overlap, catchUp },
    inputs: { [task]: input },
    kind: cron === null ? 'every' : 'cron',
    cron: cron ?? emptyDraft.cron,
    every: everyMs === null ? emptyDraft.every : String(everyMs / units[unit ?? 'seconds']),
    unit: everyMs === null ? emptyDraft.unit : (unit ?? 'seconds'),
    further: {
      ...(typeof labels === 'object' && labels !== null && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(priority === null ? {} : { priority }),
    },
  };
}

/** Whether something that was kept is a draft of this form. */
export const isDraft = (found: object): found is ScheduleDraft =>
  Object.entries(emptyDraft).every(([name, value]) => typeof Reflect.get(found, name) === typeof value);

/** The rule of a draft as the API takes it; undefined while there is none. */
export function ruleOf({ kind, cron, every, unit, timezone }: ScheduleDraft): RuleRequest | undefined {
  if (kind === 'cron') return cron.trim() === '' ? undefined : { cron: cron.trim(), timezone };
  const everyMs = Math.round(Number(every) * units[unit]);
  return every.trim() === '' || !Number.isFinite(everyMs) ? undefined : { everyMs };
}

/** What the preview of a rule takes. */
export interface RuleRequest {
  readonly cron?: string;
  readonly everyMs?: number;
  readonly timezone?: string;
}

/** What is sent. */
export function newScheduleOf(draft: ScheduleDraft): NewSchedule {
  const { name, task, inputs, timezone, overlap, catchUp, further } = draft;
  return { name, task, input: inputs[task] ?? {}, timezone, ...ruleOf(draft), overlap, catchUp, ...further };
}

/** What is sent of a change: what is other than in `base`. Labels and priority that were taken away are said to be. */
export function changeOf(draft: ScheduleDraft, base: ScheduleDraft): ScheduleChange {
  const before = allOf(base);
  return Object.fromEntries(
    Object.entries(allOf(draft)).filter(([name, value]) => !isSame(value, Reflect.get(before, name))),
  );
}

function allOf(draft: ScheduleDraft): ScheduleChange {
  const { name: _name, ...change } = newScheduleOf(draft);
  return { labels: {}, priority: null, ...change };
}

/** What somebody changed of a schedule that was as `base` says, upon how it is now. */
export const rebased = (draft: ScheduleDraft, base: ScheduleDraft, now: ScheduleDraft): ScheduleDraft => ({
  ...now,
  ...Object.fromEntries(Object.entries(draft).filter(([name, value]) => !isSame(value, Reflect.get(base, name)))),
});

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
