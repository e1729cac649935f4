const exact = new Intl.DateTimeFormat(undefined, {
  dateStyle: 'medium',
  timeStyle: 'medium',
});
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  // Not `hour12: false`, by which midnight is 24:00 in some languages.
  hourCycle: 'h23',
});
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });

/** In the viewer's zone, with the zone's name. */
export const formatInstant = (at: string | number | Date): string => `${exact.format(new Date(at))} (${zone})`;

/** The time of day in the viewer's zone, with milliseconds: 14:03:07.250 */
export function formatClock(at: string | number | Date): string {
  const time = new Date(at);
  return `${clock.format(time)}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 365 * 86_400_000],
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** `3 min. ago`, `in 2 hr.`; `just now` within five seconds. */
export function formatAgo(at: string | number | Date, now: number): string {
  const ms = new Date(at).getTime() - now;
  const size = Math.abs(ms);
  for (const [unit, length] of steps) {
    if (size >= length) return relative.format(Math.trunc(ms / length), unit);
  }
  if (size < 5_000) return 'just now';
  return relative.format(Math.trunc(ms / 1_000), 'second');
}
