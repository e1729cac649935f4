/** The zone of the viewer's clocks. */
export const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timezone} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zoneOrUtc(timezone) });
  formats.set(key, made);
  return made;
}

/** While somebody types the name of a zone there is none of that name. */
function zoneOrUtc(timezone: string): string {
  try {
    return Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** `Mon 23 Nov 2026, 01:10`; with seconds where there are any. */
export function wallIn(timezone: string, at: string): string {
  const hasSeconds = new Date(at).getUTCSeconds() !== 0;
  return formatOf(timezone, {
    ...{ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' },
    ...(hasSeconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(new Date(at));
}

/** `01:10`; with seconds where there are any. */
export function clockIn(timezone: string, at: string): string {
  const hasSeconds = new Date(at).getUTCSeconds() !== 0;
  return formatOf(timezone, {
    ...{ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    ...(hasSeconds ? { second: '2-digit' } : {}),
  }).format(new Date(at));
}

/** `UTC+8` */
export const offsetIn = (timezone: string, at: string | number): string =>
  formatOf(timezone, { timeZoneName: 'shortOffset' })
    .formatToParts(new Date(at))
    .find(({ type }) => type === 'timeZoneName')
    ?.value.replace('GMT', 'UTC') ?? '';

/** The day there, as `2026-11-23`. */
export const dayIn = (timezone: string, at: number): string => {
  const parts = formatOf(timezone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(at));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
};

/** All zones that the browser knows, UTC first. */
export const allZones = (): readonly string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC'),
];
