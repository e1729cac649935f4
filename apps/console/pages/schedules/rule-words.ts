import type { Schedule } from '../../generated/api.js';
import { formatDuration } from '../../ui/format.js';
import { cronWords } from './cron-words.js';

type Rule = Pick<Schedule, 'cron' | 'everyMs' | 'timezone'>;

/** A rule as people say it; the expression itself where there are no short words for it. */
export function ruleWords({ cron, everyMs }: Rule): string {
  if (everyMs !== null) return intervalWords(everyMs);
  if (cron === null) return '';
  return cronWords(cron) ?? cron;
}

const units = { week: 604_800_000, day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1_000 };

function intervalWords(ms: number): string {
  const [unit, length] = Object.entries(units).find(([, each]) => ms % each === 0) ?? [];
  if (unit === undefined || length === undefined) return `Every ${formatDuration(ms)}`;
  return ms === length ? `Every ${unit}` : `Every ${ms / length} ${unit}s`;
}

/** The rule exactly: the expression with its zone, or that it is an interval. */
export const ruleExactly = ({ cron, timezone }: Rule): string =>
  cron === null ? 'interval, in no zone' : `${cron} · ${timezone}`;
