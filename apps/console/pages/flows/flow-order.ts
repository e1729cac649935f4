import type { Referable } from '../../form/reference.js';
import type { Task } from '../../generated/api.js';
import { afterOf, isGroup, modeOf, type PlacedStep, splitPointer, taskOfStep } from './flow.js';

/** What each step waits for, as the editor's lists and the graph need it. */
export interface FlowOrder {
  readonly steps: readonly PlacedStep[];
  /** The steps and groups that have ended when this one begins. */
  before(step: PlacedStep): ReadonlySet<PlacedStep>;
  /** Those that may be waited for without a circle: not itself, nothing around it, nothing that waits for it. */
  mayWaitFor(step: PlacedStep): readonly PlacedStep[];
}

const isWithin = (step: PlacedStep, group: PlacedStep): boolean => step.at.startsWith(`${group.at}/`);

/** The steps that a step waits for by itself: those it names, and in a sequence the one before it. */
export function waitsFor(step: PlacedStep, steps: readonly PlacedStep[]): readonly PlacedStep[] {
  const named = afterOf(step.step).flatMap((key) => steps.find((each) => each.key === key) ?? []);
  if (!step.parent || modeOf(step.parent.step) !== 'sequence') return named;
  const { list, index } = splitPointer(step.at);
  const previous = steps.find(({ at }) => at === `${list}/${index - 1}`);
  return previous && !named.includes(previous) ? [...named, previous] : named;
}

export function orderOf(steps: readonly PlacedStep[]): FlowOrder {
  const known = new Map<PlacedStep, ReadonlySet<PlacedStep>>();
  const before = (step: PlacedStep): ReadonlySet<PlacedStep> => {
    const found = known.get(step);
    if (found) return found;
    const all = new Set<PlacedStep>();
    // Set before it is whole: a circle, which the server refuses, must not be walked for ever.
    known.set(step, all);
    const direct = [...waitsFor(step, steps), ...(step.parent ? before(step.parent) : [])];
    for (const each of direct) {
      all.add(each);
      for (const earlier of before(each)) all.add(earlier);
      for (const inner of steps) {
        if (!isWithin(inner, each)) continue;
        all.add(inner);
        for (const earlier of before(inner)) all.add(earlier);
      }
    }
    return all;
  };
  return {
    steps,
    before,
    mayWaitFor: (step) =>
      steps.filter(
        (each) =>
          each !== step &&
          each.key !== '' &&
          !isWithin(step, each) &&
          !isWithin(each, step) &&
          !before(each).has(step) &&
          ![...before(each)].some((earlier) => isWithin(step, earlier)),
      ),
  };
}

const propertiesOf = (schema: unknown): readonly (readonly [string, unknown])[] => {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? Object.entries(properties) : [];
};

const kindOf = (schema: unknown): string | undefined =>
  typeof schema === 'object' && schema !== null && 'type' in schema && typeof schema.type === 'string'
    ? schema.type
    : undefined;

/** The outputs that a step may refer to, and the element of its own `forEach`. */
export function referablesOf(step: PlacedStep, order: FlowOrder, tasks: readonly Task[]): readonly Referable[] {
  const outputs = order.mayWaitFor(step).flatMap((each): readonly Referable[] => {
    if (isGroup(each.step)) return [];
    const whole = { kind: 'output', step: each.key, pointer: '' } as const;
    if (each.step.forEach !== undefined) return [{ reference: whole, about: 'list of outputs' }];
    const schema = tasks.find(({ name }) => name === taskOfStep(each.step))?.outputSchema;
    const parts = propertiesOf(schema).map(([name, part]) => ({
      reference: { ...whole, pointer: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}` },
      about: kindOf(part),
    }));
    return [...parts, { reference: whole, about: 'the whole output' }];
  });
  return step.step.forEach === undefined
    ? outputs
    : [{ reference: { kind: 'item', pointer: '' }, about: 'of the list that it runs for' }, ...outputs];
}
