const dayMs = 86_400_000;
const textOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** Some days later, or earlier: `2026-11-30` and 1 is `2026-12-01`. */
export const addDays = (day: string, days: number): string => textOf(Date.parse(day) + days * dayMs);

/** Some months later, or earlier: `2026-12` and 1 is `2027-01`. */
export function addMonths(month: string, months: number): string {
  const [year = 0, of = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, of - 1 + months, 1)).toISOString().slice(0, 7);
}

/** Whether a text of the address is a month. */
export const isMonth = (text: string | undefined): text is string =>
  text !== undefined && /^2\d{3}-(0[1-9]|1[0-2])$/.test(text);

/** Whether a text of the address is a day. */
export const isDay = (text: string | undefined): text is string =>
  text !== undefined &&
  /^2\d{3}-\d{2}-\d{2}$/.test(text) &&
  !Number.isNaN(Date.parse(text)) &&
  textOf(Date.parse(text)) === text;

/** The weeks that a month is part of, Mondays first. */
export function weeksOf(month: string): readonly (readonly string[])[] {
  const first = Date.parse(`${month}-01`);
  const last = Date.parse(`${addMonths(month, 1)}-01`) - dayMs;
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * dayMs;
  const weeks: string[][] = [];
  for (let start = monday; start <= last; start += 7 * dayMs) {
    weeks.push(Array.from({ length: 7 }, (_, index) => textOf(start + index * dayMs)));
  }
  return weeks;
}

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });
const dayName = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });

/** `November 2026` */
export const monthWords = (month: string): string => monthName.format(Date.parse(`${month}-01`));

/** `Monday 23 November 2026` */
export const dayWordsOf = (day: string): string => dayName.format(Date.parse(day));

export const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
