import type { TimeSpan } from './id-bounds.js';

/** Rows of `ops.run_tally` of one grain. Milliseconds since 1970; infinite ones are no bounds. */
export interface TallySpan {
  readonly grain: 'hour' | 'day' | 'ever';
  readonly from: number;
  readonly before: number;
}

/** How a stretch of time is counted. */
export interface CountPlan {
  /** Whole hours, which the tally knows. Undefined: there is none. */
  readonly whole: { readonly from: number; readonly before: number } | undefined;
  /** The same in as few rows as can be. */
  readonly spans: readonly TallySpan[];
  /** What is left, less than an hour at each end: runs that are counted one by one. */
  readonly rest: readonly TimeSpan[];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** @param span its bounds in ISO-8601 with microseconds */
export function planCount({
  from,
  before,
}: {
  readonly from?: string | undefined;
  readonly before?: string | undefined;
}): CountPlan {
  const all = { from: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };
  if (from === undefined && before === undefined) return { whole: all, spans: [{ grain: 'ever', ...all }], rest: [] };
  const first = from === undefined ? all.from : Math.ceil(microseconds(from) / 1000 / hourMs) * hourMs;
  const last = before === undefined ? all.before : Math.floor(microseconds(before) / 1000 / hourMs) * hourMs;
  if (first >= last) return { whole: undefined, spans: [], rest: [{ from, before }] };
  const whole = { from: first, before: last };
  const [firstDay, lastDay] = [Math.ceil(first / dayMs) * dayMs, Math.floor(last / dayMs) * dayMs];
  const spans: TallySpan[] =
    firstDay >= lastDay
      ? [{ grain: 'hour', ...whole }]
      : [
          { grain: 'hour', from: first, before: firstDay },
          { grain: 'day', from: firstDay, before: lastDay },
          { grain: 'hour', from: lastDay, before: last },
        ];
  return {
    whole,
    spans: spans.filter((span) => span.from < span.before),
    rest: [
      ...(from !== undefined && microseconds(from) < first * 1000 ? [{ from, before: new Date(first) }] : []),
      ...(before !== undefined && microseconds(before) > last * 1000 ? [{ from: new Date(last), before }] : []),
    ],
  };
}

/** Microseconds since 1970 of a time in ISO-8601; a Date would cut them. */
function microseconds(time: string): number {
  const [, decimals = ''] = /\.(\d{1,6})/.exec(time) ?? [];
  return Math.floor(Date.parse(time) / 1000) * 1_000_000 + Number(decimals.padEnd(6, '0'));
}
