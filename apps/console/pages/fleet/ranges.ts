import type { Texts } from '../../shell/search-text.js';
import type { Grain } from './use-fleet.js';

const dayMs = 86_400_000;
/** The API draws no more slices than this. */
const maxSlices = 500;

/** Quick choices of time, counted back from the latest detection: files of last year have something to show, too. */
const ranges = [
  { value: 'all', label: 'All' },
  { value: '30d', label: '30 days' },
  { value: '7d', label: '7 days' },
  { value: '1d', label: 'Last day' },
] as const;

const daysOf: Readonly<Record<string, number>> = { '30d': 30, '7d': 7, '1d': 1 };

export interface Range {
  /** `own`: the viewer set the times. */
  readonly name: (typeof ranges)[number]['value'] | 'own';
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly ms: number;
}

/** The time that the address asks for. */
export function rangeOf(texts: Texts, first: string | null, last: string | null): Range {
  const begin = first === null ? Date.now() : Date.parse(first);
  const end = last === null ? Date.now() : Date.parse(last);
  if (texts['from'] || texts['to']) {
    const ms = Date.parse(texts['to'] ?? last ?? '') - Date.parse(texts['from'] ?? first ?? '');
    return {
      name: 'own',
      from: texts['from'] ?? first ?? undefined,
      to: texts['to'],
      ms: Number.isFinite(ms) ? Math.max(0, ms) : end - begin,
    };
  }
  const found = ranges.find(({ value }) => value === texts['range']) ?? ranges[0];
  const days = daysOf[found.value];
  const start = Math.max(begin, dayOf(end) - ((days ?? maxSlices) - 1) * dayMs);
  return { name: found.value, from: new Date(start).toISOString(), to: last ?? undefined, ms: end - start };
}

/** Whether there is more than can be drawn at once: then the latest 500 days are all that is shown. */
export const isLong = (first: string | null, last: string | null): boolean =>
  first !== null && last !== null && Date.parse(last) - Date.parse(first) > (maxSlices - 1) * dayMs;

/** The quick choices in words; times that the viewer set are one of them while they hold. */
export const choices = (name: Range['name'], isCut: boolean): { value: string; label: string }[] => [
  ...ranges.map(({ value, label }) => ({ value, label: value === 'all' && isCut ? `${maxSlices} days` : label })),
  ...(name === 'own' ? [{ value: 'own', label: 'Own times' }] : []),
];

/** The beginning of its day of UTC. */
const dayOf = (ms: number): number => ms - (ms % dayMs);

const lengths: Readonly<Record<Exclude<Grain, 'auto'>, number>> = { minute: 60_000, hour: 3_600_000, day: dayMs };
const allGrains: readonly Grain[] = ['auto', 'minute', 'hour', 'day'];
const labels: Readonly<Record<Grain, string>> = {
  auto: 'Fitting slices',
  minute: 'Minutes',
  hour: 'Hours',
  day: 'Days',
};

const fits = (grain: Grain, { ms }: Range): boolean => grain === 'auto' || ms / lengths[grain] < maxSlices - 1;

/** The slices to choose from; those too short for the time cannot be chosen. */
export const grains = (range: Range) =>
  allGrains.map((grain) => ({ value: grain, label: labels[grain], disabled: !fits(grain, range) }));

/** The slices that the address asks for, where they fit. */
export function grainOf(text: string | undefined, range: Range): Grain {
  const wanted = allGrains.find((grain) => grain === text) ?? 'auto';
  return fits(wanted, range) ? wanted : 'auto';
}
