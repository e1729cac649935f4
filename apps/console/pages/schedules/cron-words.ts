/** A field of an expression, as far as there are words for it. */
type Field =
  | { readonly kind: 'any' }
  | { readonly kind: 'step'; readonly step: number }
  | { readonly kind: 'values'; readonly values: readonly number[] }
  | { readonly kind: 'range'; readonly first: number; readonly last: number };

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const aliases: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@hourly': '0 * * * *',
  '@minutely': '* * * * *',
  '@secondly': '* * * * * *',
  '@weekdays': '0 0 * * 1-5',
  '@weekends': '0 0 * * 0,6',
};

/** A cron expression in words, where few words say all of it; undefined for others. */
export function cronWords(cron: string): string | undefined {
  const parts = (aliases[cron.trim().toLowerCase()] ?? cron).trim().split(/\s+/);
  const [second, minute, hour, day, month, weekday] = (parts.length === 5 ? ['0', ...parts] : parts).map(
    (text, index) => readField(text, names[index] ?? {}),
  );
  if (parts.length > 6 || !second || !minute || !hour || !day || !month || !weekday) return undefined;
  const time = timeWords(second, minute, hour);
  const date = dateWords(day, month, weekday);
  if (time === undefined || date === undefined) return undefined;
  if (time.startsWith('at ')) return capital(`${date} ${time}`);
  return capital(date === 'every day' ? time : `${time}, ${date}`);
}

const nameNumbers = (of: readonly string[], first: number): Readonly<Record<string, number>> =>
  Object.fromEntries(of.map((name, index) => [name.slice(0, 3).toUpperCase(), index + first]));
const names = [{}, {}, {}, {}, nameNumbers(months, 1), nameNumbers(days.slice(0, 7), 0)];

function readField(text: string, named: Readonly<Record<string, number>>): Field | undefined {
  const numberOf = (each: string): number =>
    named[each.toUpperCase()] ?? (/^\d+$/.test(each) ? Number(each) : Number.NaN);
  if (text === '*' || text === '?' || text === '*/1') return { kind: 'any' };
  if (/^\*\/\d+$/.test(text)) return { kind: 'step', step: Number(text.slice(2)) };
  const [first = '', last, more] = text.split('-');
  if (last !== undefined && more === undefined) {
    const range = { first: numberOf(first), last: numberOf(last) };
    return Number.isNaN(range.first + range.last) ? undefined : { kind: 'range', ...range };
  }
  const values = text.split(',').map(numberOf);
  return values.some(Number.isNaN) ? undefined : { kind: 'values', values: values.toSorted((a, b) => a - b) };
}

const two = (value: number): string => String(value).padStart(2, '0');

function timeWords(second: Field, minute: Field, hour: Field): string | undefined {
  const isFirst = (field: Field): boolean =>
    field.kind === 'values' && field.values.length === 1 && field.values[0] === 0;
  if (!isFirst(second)) {
    if (minute.kind === 'any' && hour.kind === 'any') return everyWords(second, 'second', 60);
    const [at] = second.kind === 'values' && second.values.length === 1 ? second.values : [];
    if (at === undefined) return undefined;
    return clockWords(minute, hour, `:${two(at)}`);
  }
  if (hour.kind === 'any') {
    if (minute.kind === 'values') {
      return `every hour at ${listWords(minute.values.map((each) => `:${two(each)}`))}`;
    }
    return everyWords(minute, 'minute', 60);
  }
  if (minute.kind === 'any' || minute.kind === 'step') {
    const often = everyWords(minute, 'minute', 60);
    if (often === undefined) return undefined;
    if (hour.kind === 'range') return `${often} from ${two(hour.first)}:00 to ${two(hour.last)}:59`;
    if (hour.kind === 'values' && hour.values.length === 1) {
      return `${often} from ${two(hour.values[0] ?? 0)}:00 to ${two(hour.values[0] ?? 0)}:59`;
    }
    return undefined;
  }
  return clockWords(minute, hour, '');
}

/** At minutes of some hours. */
function clockWords(minute: Field, hour: Field, end: string): string | undefined {
  const [at] = minute.kind === 'values' && minute.values.length === 1 ? minute.values : [];
  if (hour.kind === 'values' && minute.kind === 'values') {
    const times = hour.values.flatMap((each) => minute.values.map((of) => `${two(each)}:${two(of)}${end}`));
    return times.length > 6 ? undefined : `at ${listWords(times)}`;
  }
  if (at === undefined) return undefined;
  if (hour.kind === 'any') return `every hour at :${two(at)}${end}`;
  if (hour.kind === 'range')
    return `every hour from ${two(hour.first)}:${two(at)}${end} to ${two(hour.last)}:${two(at)}${end}`;
  if (hour.kind === 'step' && 24 % hour.step === 0) {
    return `every ${hour.step} hours, from 00:${two(at)}${end} on`;
  }
  return undefined;
}

function everyWords(field: Field, unit: string, whole: number): string | undefined {
  if (field.kind === 'any') return `every ${unit}`;
  // A step that does not divide the hour begins anew with each hour: few words would say it wrongly.
  if (field.kind === 'step' && whole % field.step === 0) return `every ${field.step} ${unit}s`;
  return undefined;
}

function dateWords(day: Field, month: Field, weekday: Field): string | undefined {
  const inMonths = namedWords(month, (each) => months[each - 1]);
  if (inMonths === undefined) return undefined;
  const of = inMonths === '' ? '' : ` in ${inMonths}`;
  const onWeekdays = namedWords(weekday, (each) => days[each]);
  if (onWeekdays === undefined) return undefined;
  const dayNumbers =
    day.kind === 'any'
      ? ''
      : day.kind === 'values'
        ? listWords(day.values.map(String))
        : day.kind === 'range'
          ? `${day.first} to ${day.last}`
          : undefined;
  if (dayNumbers === undefined) return undefined;
  if (dayNumbers === '')
    return onWeekdays === '' ? `every day${of}` : `${weekday.kind === 'range' ? '' : 'every '}${onWeekdays}${of}`;
  const isMany = day.kind === 'range' || (day.kind === 'values' && day.values.length > 1);
  const onDays = `on ${isMany ? 'days' : 'day'} ${dayNumbers} of ${inMonths === '' ? 'the month' : inMonths}`;
  // Cron takes a day that fits either.
  return onWeekdays === '' ? onDays : `${onDays} and on each ${onWeekdays}`;
}

/** Names of months or weekdays; an empty text for all of them. */
function namedWords(field: Field, nameOf: (value: number) => string | undefined): string | undefined {
  if (field.kind === 'any') return '';
  if (field.kind === 'step') return undefined;
  const found = field.kind === 'range' ? [nameOf(field.first), nameOf(field.last)] : field.values.map(nameOf);
  const known = found.filter((each) => each !== undefined);
  if (known.length < found.length) return undefined;
  return field.kind === 'range' ? known.join(' to ') : listWords(known);
}

const listWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
