import { type Static, Type } from 'typebox';
import { type RetryPolicy, retryOf } from './run-terms.js';
import type { SourceDefinition, TaskDefinition } from './task.js';

const maxInteger = 2 ** 31 - 1;
const whole = (minimum: number, maximum: number, description: string) =>
  Type.Integer({ minimum, maximum, description });
const closed = { additionalProperties: false };

/** What definitions say and settings may say instead, with the bounds of both. */
export const taskValues = {
  retry: {
    attempts: whole(1, 1000, 'Tries in all'),
    backoff: Type.Enum(['fixed', 'exponential'], {
      description: 'Whether the wait between tries stays the same or doubles',
    }),
    backoffMs: whole(0, maxInteger, 'Milliseconds until the second try'),
    maxBackoffMs: whole(0, maxInteger, 'The longest wait, where it doubles'),
  },
  timeoutMs: whole(1, maxInteger, 'Milliseconds after which an attempt is aborted'),
  priority: whole(0, 2_097_152, 'Of its runs where nothing else is asked for: 1 first; 0 goes before all numbers'),
  batch: {
    files: whole(1, 100_000, 'Most files that one run loads'),
    bytes: whole(1, Number.MAX_SAFE_INTEGER, 'Most bytes of the files that one run loads; a larger file goes alone'),
  },
};

/** All that can be set for a task at run time. */
export const settingValues = {
  paused: Type.Boolean({ description: 'Whether no attempt of its runs begins; those under way go on' }),
  concurrency: whole(1, 1000, 'How many of its runs may be under way at a time, over all workers'),
  ...taskValues,
};

/** What is set for a task at run time; what is left out is as its definition says. */
export const TaskSettings = Type.Partial(
  Type.Object({
    ...settingValues,
    retry: Type.Partial(Type.Object(settingValues.retry), closed),
    batch: Type.Partial(Type.Object(settingValues.batch), closed),
  }),
  closed,
);
export type TaskSettings = Static<typeof TaskSettings>;

/** What holds for a task: what is set, and what its definition says of the rest. */
export interface EffectiveSettings {
  readonly paused: boolean;
  /** Null: as many as the slots of the workers. */
  readonly concurrency: number | null;
  readonly retry: Required<RetryPolicy>;
  readonly timeoutMs: number;
  readonly priority: number;
  /** Null for a task without a source. */
  readonly batch: SourceDefinition['batch'] | null;
}

/** A task as it is with what is set for it; the task itself where nothing is. */
export function withSettings(task: TaskDefinition, settings: TaskSettings | null | undefined): TaskDefinition {
  if (!settings || Object.keys(settings).length === 0) return task;
  const { retry, timeoutMs = task.timeoutMs, priority = task.priority, batch } = settings;
  const made: TaskDefinition = {
    ...task,
    ...{ timeoutMs, priority },
    retry: retry ? retryOf(task.retry, retry) : task.retry,
    ...(task.source && batch ? { source: { ...task.source, batch: { ...task.source.batch, ...batch } } } : {}),
  };
  setFor.set(made, settings);
  return made;
}

/** What was set for the tasks that `withSettings` has made. */
const setFor = new WeakMap<TaskDefinition, TaskSettings>();

/**
 * A task as somebody has it at hand, who may have changed it, with what is set for the task of its name.
 * @param catalogue all tasks with what is set for them now
 */
export function asSetNow(catalogue: ReadonlyMap<string, TaskDefinition>, task: TaskDefinition): TaskDefinition {
  const live = catalogue.get(task.name);
  return live && live !== task ? withSettings(task, setFor.get(live)) : task;
}

/** What holds for a task as its folder defines it, with what is set for it. */
export function effectiveSettings(definition: TaskDefinition, settings: TaskSettings): EffectiveSettings {
  const { retry, timeoutMs, priority, source } = withSettings(definition, settings);
  return {
    paused: settings.paused ?? false,
    concurrency: settings.concurrency ?? null,
    retry: { ...retry, backoff: retry.backoff ?? 'exponential' },
    ...{ timeoutMs, priority },
    batch: source?.batch ?? null,
  };
}

/** A value that another version of settings has, or has from elsewhere. */
export interface SettingChange {
  /** For example `retry.attempts`. */
  readonly setting: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Whether it was set before, and is set now; otherwise the definition said it, or says it. */
  readonly wasSet: boolean;
  readonly isSet: boolean;
}

/** What is another value, or comes from elsewhere, when `to` takes the place of `from`. */
export function changesOf(definition: TaskDefinition, from: TaskSettings, to: TaskSettings): SettingChange[] {
  const before = flat(effectiveSettings(definition, from));
  const after = flat(effectiveSettings(definition, to));
  const setBefore = flat(from);
  const setAfter = flat(to);
  return [...new Set([...before.keys(), ...setBefore.keys(), ...setAfter.keys()])].flatMap((setting) => {
    const change = {
      setting,
      from: before.get(setting) ?? null,
      to: after.get(setting) ?? null,
      wasSet: setBefore.has(setting),
      isSet: setAfter.has(setting),
    };
    return change.from === change.to && change.wasSet === change.isSet ? [] : [change];
  });
}

/** The values of an object and of those in it, by their names with a dot between. */
function flat(values: object, before = ''): Map<string, unknown> {
  return new Map(
    Object.entries(values).flatMap(([name, value]: [string, unknown]): [string, unknown][] =>
      typeof value === 'object' && value !== null
        ? [...flat(value, `${before}${name}.`)]
        : [[`${before}${name}`, value]],
    ),
  );
}

/** A request to change settings: what is null is to be as the definition says, what is left out stays. */
export type SettingsPatch = { readonly [K in keyof TaskSettings]?: PatchOf<TaskSettings[K]> | null };
type PatchOf<T> = T extends object ? { readonly [K in keyof T]?: T[K] | null } : T;

/** The settings that a request makes of others (RFC 7396, JSON Merge Patch). */
export function patchSettings(settings: TaskSettings, patch: SettingsPatch): TaskSettings {
  return merge(settings, patch);
}

function merge<T extends object>(target: T, patch: object): T {
  const merged = new Map<string, unknown>(Object.entries(target));
  for (const [name, value] of Object.entries(patch) as [string, unknown][]) {
    const old = merged.get(name);
    if (value === null) merged.delete(name);
    else if (value === undefined) continue;
    else if (typeof value !== 'object') merged.set(name, value);
    else merged.set(name, merge(typeof old === 'object' && old !== null ? old : {}, value));
    const now = merged.get(name);
    if (typeof now === 'object' && now !== null && Object.keys(now).length === 0) merged.delete(name);
  }
  // Of the same shape: a patch has no other names, nor values of other types.
  return Object.fromEntries(merged) as T;
}
