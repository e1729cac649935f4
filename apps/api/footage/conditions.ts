import type { Violation } from '#contracts/violation-list.js';
import { comparisons, type FrameCondition } from '#database/queries/recordings/frame-conditions.js';

/** Most conditions in one parameter. */
const maxConditions = 8;
const number = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;

/** What `readConditions` reads, in words. */
export const conditionWords = `name, one of ${comparisons.join(' ')}, and a number, several separated by commas`;

/**
 * Reads conditions like `speed>50,acceleration<=2`; all of them have to hold.
 * @param parameter its name, for the faults
 * @param faults gets one for each part that is no condition
 */
export function readConditions(
  text: string | undefined,
  parameter: string,
  faults: Violation[],
  limits: { readonly least: number; readonly most: number } = { least: -Infinity, most: Infinity },
): FrameCondition[] {
  const parts = text === undefined ? [] : text.split(',');
  if (parts.length > maxConditions) {
    faults.push({ path: parameter, message: `must have at most ${maxConditions} conditions; got ${parts.length}` });
    return [];
  }
  return parts.flatMap((part) => {
    const condition = readCondition(part);
    if (typeof condition === 'string') {
      faults.push({ path: parameter, message: `${condition}; got ${JSON.stringify(part)}` });
      return [];
    }
    if (condition.bound >= limits.least && condition.bound <= limits.most) return [condition];
    const message = `must compare with a number from ${limits.least} to ${limits.most}; got ${JSON.stringify(part)}`;
    faults.push({ path: parameter, message });
    return [];
  });
}

/** @returns what is wrong with it, if it is none */
function readCondition(part: string): FrameCondition | string {
  const match = /^([^<>=!~]*)([<>=!~]+)(.*)$/.exec(part.trim());
  if (!match) return `must be conditions of a ${conditionWords}, like speed>50`;
  const [name = '', sign = '', bound = ''] = match.slice(1).map((piece) => piece.trim());
  const comparison = comparisons.find((each) => each === sign);
  if (comparison === undefined) return `must compare with one of ${comparisons.join(' ')}, not ${sign}`;
  if (name === '' || name.length > 64) return 'must name what is compared, in at most 64 characters';
  if (!number.test(bound) || !Number.isFinite(Number(bound))) return 'must compare with a number';
  return { name, comparison, bound: Number(bound) };
}
