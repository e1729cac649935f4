import type { TaskSettings, TaskSettingsPatch, TaskSettingsSet } from '../../generated/api.js';

/** What can be set, as a form: what the definition says holds where a field is left empty. Words and bounds are the API's. */
export function settingsSchema({ definition }: TaskSettings): object {
  const { retry, batch, concurrency, timeoutMs, priority } = definition;
  const whole = (least: number, most: number, description: string, title: string, byDefault: number | null) => ({
    type: 'integer',
    minimum: least,
    maximum: most,
    description,
    title,
    ...(byDefault === null ? {} : { default: byDefault }),
  });
  const longest = 2_147_483_647;
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      concurrency: whole(
        1,
        1_000,
        'How many of its runs may be under way at a time, over all workers; as many as there are slots if left empty',
        'runs at a time',
        concurrency,
      ),
      priority: whole(
        0,
        2_097_152,
        'Of its runs where nothing else is asked for: 1 first; 0 goes before all numbers',
        'priority',
        priority,
      ),
      timeoutMs: whole(1, longest, 'After which an attempt is aborted', 'timeout (ms)', timeoutMs),
      retry: {
        type: 'object',
        title: 'tries',
        additionalProperties: false,
        properties: {
          attempts: whole(1, 1_000, 'Tries in all', 'tries', retry.attempts),
          backoff: {
            type: 'string',
            enum: ['fixed', 'exponential'],
            title: 'wait',
            description: 'Whether the wait between tries stays the same or doubles',
            default: retry.backoff,
          },
          backoffMs: whole(0, longest, 'Until the second try', 'wait (ms)', retry.backoffMs),
          maxBackoffMs: whole(
            0,
            longest,
            'The longest wait, where it doubles',
            'longest wait (ms)',
            retry.maxBackoffMs,
          ),
        },
      },
      ...(batch === null
        ? {}
        : {
            batch: {
              type: 'object',
              additionalProperties: false,
              description: 'What one run loads',
              properties: {
                files: whole(1, 100_000, 'Most files', 'files', batch.files),
                bytes: whole(
                  1,
                  Number.MAX_SAFE_INTEGER,
                  'Most bytes of the files; a larger file goes alone',
                  'bytes',
                  batch.bytes,
                ),
              },
            },
          }),
    },
  };
}

/** What is to be sent so that `wanted` is set in place of `now`: what is not wanted any more is null. */
export function patchOf(now: TaskSettingsSet, wanted: object): TaskSettingsPatch {
  // What was typed goes as it is, also what is no number: the server names each fault.
  return JSON.parse(JSON.stringify(difference(now, wanted)));
}

function difference(now: object, wanted: object): object {
  const names = new Set([...Object.keys(now), ...Object.keys(wanted)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const before: unknown = Reflect.get(now, name);
      const after: unknown = Reflect.get(wanted, name);
      if (JSON.stringify(before) === JSON.stringify(after)) return [];
      if (isObject(after)) {
        const inner = difference(isObject(before) ? before : {}, after);
        return Object.keys(inner).length === 0 ? [] : [[name, inner]];
      }
      return [[name, after ?? null]];
    }),
  );
}

/** What is set when a change that was made for other settings is made to these (RFC 7396). */
export function withPatch(now: object, patch: object): object {
  const merged = new Map<string, unknown>(Object.entries(now));
  for (const [name, value] of Object.entries(patch) as [string, unknown][]) {
    const before = merged.get(name);
    if (value === null) merged.delete(name);
    else merged.set(name, isObject(value) ? withPatch(isObject(before) ? before : {}, value) : value);
  }
  return Object.fromEntries(merged);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
