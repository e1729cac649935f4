import type { Violation } from '#contracts/violation-list.js';
import { unprocessable } from './problem.js';
import { readInstants, type TimeRange } from './time-range.js';

/** A range of values that a query asks for; both ends belong to it. */
interface Bounds<T> {
  readonly least: { readonly path: string; readonly value: T | undefined };
  readonly most: { readonly path: string; readonly value: T | undefined };
}

/** What is wrong with a range that nothing can lie in. */
function reversed<T extends string | number>({ least, most }: Bounds<T>): Violation[] {
  if (least.value === undefined || most.value === undefined || least.value <= most.value) return [];
  return [{ path: least.path, message: `must not be above ${most.path}; got ${least.value} and ${most.value}` }];
}

/**
 * Reads `from` and `to` to instants, see `readInstants`.
 * @throws HttpProblem 422 naming the parameter that is no time, or `from` when it is after `to`
 */
export function readForwardRange(query: { from?: string | undefined; to?: string | undefined }): TimeRange {
  const { from, to } = readInstants(query);
  // Texts of one length, which sort like the times.
  refuse(reversed({ least: { path: 'from', value: from }, most: { path: 'to', value: to } }));
  return { from, to };
}

/** @throws HttpProblem 422 when `minValue` is above `maxValue` */
export function expectValueRange(query: { minValue?: number | undefined; maxValue?: number | undefined }): void {
  const { minValue, maxValue } = query;
  refuse(reversed({ least: { path: 'minValue', value: minValue }, most: { path: 'maxValue', value: maxValue } }));
}

function refuse(faults: readonly Violation[]): void {
  if (faults.length > 0) throw unprocessable(faults);
}
