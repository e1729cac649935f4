const count = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const rate = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const share = new Intl.NumberFormat('en-US', { style: 'percent', maximumFractionDigits: 1 });

/** 43,201 */
export const formatCount = (value: number): string => count.format(value);

/** 43.2K, for where there is little room; the exact one belongs beside it. */
export const formatShort = (value: number): string =>
  Math.abs(value) < 10_000 ? count.format(value) : short.format(value);

/** Of a rate or a mean: three digits that say something. */
export const formatRate = (value: number): string =>
  Math.abs(value) >= 1_000 ? count.format(Math.round(value)) : rate.format(value);

/** From 0 to 1, as per cent. */
export const formatShare = (value: number): string => share.format(value);

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Powers of 1,000: 12.4 MB. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? count.format(value) : rate.format(value)} ${byteUnits[unit]}`;
}

/** Milliseconds as people say them: 4 ms, 1.25 s, 3 min 20 s, 2 h 5 min, 3 d 4 h. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${rate.format(ms < 10 ? ms : Math.round(ms))} ms`;
  if (ms < 60_000) return `${rate.format(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 1_440) return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const join = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;

/** `1 file`, `1,200 files`. */
export const countOf = (value: number, one: string, many = `${one}s`): string =>
  `${count.format(value)} ${value === 1 ? one : many}`;
