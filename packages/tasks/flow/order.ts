import type { Plan, PlannedStep } from './plan.js';

/** Which steps have ended before others begin. */
export interface Order {
  /** Whether the first has ended whenever the second begins. */
  isBefore(earlier: string, later: string): boolean;
}

/** A moment in a flow: a group has two of them, a step is taken for one. */
interface Moment {
  readonly step: PlannedStep;
  readonly isBegin: boolean;
}

/**
 * Finds out what has ended before each step begins. Keys in `after` that no step has are left out.
 * @returns the order, or the keys along the first cycle that is found: each waits for the next, the last is the first
 */
export function orderOf(plan: Plan): Order | { readonly cycle: readonly string[] } {
  const indexes = new Map([...plan.keys()].map((key, index) => [key, BigInt(index)]));
  // One bit for each step that has ended by then: a thousand sets of a thousand keys would be large.
  const endedBy = new Map<string, bigint>();
  const trail: Moment[] = [];

  const bitOf = (key: string): bigint => 1n << (indexes.get(key) ?? 0n);
  const visit = (moment: Moment): readonly string[] | undefined => {
    const name = nameOf(moment);
    if (endedBy.has(name)) return undefined;
    const start = trail.findIndex((each) => nameOf(each) === name);
    trail.push(moment);
    if (start >= 0) return withoutRepeats(trail.slice(start).map(({ step }) => step.step.key));
    let ended = 0n;
    for (const before of momentsBefore(plan, moment)) {
      const cycle = visit(before);
      if (cycle) return cycle;
      ended |= endedBy.get(nameOf(before)) ?? 0n;
      if (!before.isBegin) ended |= bitOf(before.step.step.key);
    }
    trail.pop();
    endedBy.set(name, ended);
    return undefined;
  };
  for (const step of plan.values()) {
    const cycle = visit({ step, isBegin: false });
    if (cycle) return { cycle };
  }
  return {
    isBefore(earlier, later) {
      const step = plan.get(later);
      const ended = step && endedBy.get(nameOf({ step, isBegin: step.step.group !== undefined }));
      return indexes.has(earlier) && ended !== undefined && (ended & bitOf(earlier)) !== 0n;
    },
  };
}

/** No key has a space. */
const nameOf = ({ step, isBegin }: Moment): string => (isBegin ? `begin ${step.step.key}` : step.step.key);

/** What a moment waits for, directly. */
function momentsBefore(plan: Plan, { step, isBegin }: Moment): Moment[] {
  if (step.step.group && !isBegin) {
    return [{ step, isBegin: true }, ...step.members.map((member) => ({ step: member, isBegin: false }))];
  }
  const ends = step.waitsFor.flatMap((key) => plan.get(key) ?? []).map((before) => ({ step: before, isBegin: false }));
  return step.parent ? [{ step: step.parent, isBegin: true }, ...ends] : ends;
}

const withoutRepeats = (keys: readonly string[]): string[] => {
  const kept = keys.filter((key, index) => index === 0 || key !== keys[index - 1]);
  return kept.length === 1 ? [...kept, ...kept] : kept;
};
