import { valueAt } from '../../form/fault.js';
import { readReference } from '../../form/reference.js';

/** A flow as it is edited: the input of the task `flow`, in whatever state it is (docs/flows.md). */
export interface Flow {
  readonly steps: readonly Step[];
}

/** A step; fields that this page does not know are kept. */
export interface Step {
  readonly key?: unknown;
  readonly task?: unknown;
  readonly input?: unknown;
  readonly after?: unknown;
  readonly when?: unknown;
  readonly forEach?: unknown;
  readonly atMost?: unknown;
  readonly group?: unknown;
}

/** A step with where it is: `at` is its JSON pointer within the flow. */
export interface PlacedStep {
  readonly step: Step;
  readonly at: string;
  readonly key: string;
  readonly parent: PlacedStep | undefined;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads what can be shown as steps; undefined where it is none (then it is shown as JSON alone). */
export function readFlow(value: unknown): Flow | undefined {
  if (!isObject(value) || !('steps' in value)) return undefined;
  const { steps } = value;
  return isSteps(steps) ? { steps } : undefined;
}

const isSteps = (value: unknown): value is readonly Step[] =>
  Array.isArray(value) &&
  value.every(
    (each) =>
      isObject(each) &&
      (!('group' in each) || (isObject(each.group) && 'steps' in each.group && isSteps(each.group.steps))),
  );

export const keyOf = ({ key }: Step): string => (typeof key === 'string' ? key : '');
export const taskOfStep = ({ task }: Step): string | undefined => (typeof task === 'string' ? task : undefined);
export const isGroup = (step: Step): boolean => isObject(step.group);
export const afterOf = ({ after }: Step): readonly string[] =>
  Array.isArray(after) ? after.filter((each) => typeof each === 'string') : [];

/** The steps of a group; none of a step that is a task. */
export function stepsOf({ group }: Step): readonly Step[] {
  const steps = valueAt(group, '/steps');
  return isSteps(steps) ? steps : [];
}

export const modeOf = ({ group }: Step): string => (valueAt(group, '/mode') === 'sequence' ? 'sequence' : 'parallel');

/** All steps, those of groups behind their group. */
export function allStepsOf(flow: Flow): readonly PlacedStep[] {
  const below = (steps: readonly Step[], at: string, parent: PlacedStep | undefined): readonly PlacedStep[] =>
    steps.flatMap((step, index) => {
      const placed = { step, at: `${at}/${index}`, key: keyOf(step), parent };
      return [placed, ...below(stepsOf(step), `${placed.at}/group/steps`, placed)];
    });
  return below(flow.steps, '/steps', undefined);
}

/** Changes a list of steps, that of the flow or of a group: `at` is `/steps` or ends with `/group/steps`. */
export function changeSteps(flow: Flow, at: string, change: (steps: readonly Step[]) => readonly Step[]): Flow {
  if (at === '/steps') return { ...flow, steps: change(flow.steps) };
  const group = at.slice(0, -'/group/steps'.length);
  return changeStep(flow, group, (step) => ({
    ...step,
    group: { ...(isObject(step.group) ? step.group : {}), steps: change(stepsOf(step)) },
  }));
}

/** Changes one step; undefined takes it away. */
export function changeStep(flow: Flow, at: string, change: (step: Step) => Step | undefined): Flow {
  const { list, index } = splitPointer(at);
  return changeSteps(flow, list, (steps) =>
    steps.flatMap((step, each) => (each === index ? (change(step) ?? []) : [step])),
  );
}

/** The list that a step is in, and its number there. */
export function splitPointer(at: string): { readonly list: string; readonly index: number } {
  const end = at.lastIndexOf('/');
  return { list: at.slice(0, end), index: Number(at.slice(end + 1)) };
}

/** A step's fields with some of them changed; what is undefined goes. */
export const withFields = (step: Step, fields: Step): Step =>
  Object.fromEntries(Object.entries({ ...step, ...fields }).filter(([, value]) => value !== undefined));

/** Moves a step up (-1) or down (1) in its list. */
export function moveStep(flow: Flow, at: string, by: -1 | 1): Flow {
  const { list, index } = splitPointer(at);
  return changeSteps(flow, list, (steps) => {
    const moved = steps[index];
    const other = steps[index + by];
    if (!moved || !other) return steps;
    return steps.map((step, each) => (each === index ? other : each === index + by ? moved : step));
  });
}

/** Takes a step away, and its key from what waits for it; references to it stay, so that somebody decides about them. */
export function removeStep(flow: Flow, at: string): Flow {
  const gone = new Set(
    allStepsOf(flow)
      .filter((placed) => placed.at === at || placed.at.startsWith(`${at}/`))
      .map(({ key }) => key),
  );
  const left = changeStep(flow, at, () => undefined);
  return mapSteps(left, (step) =>
    afterOf(step).some((key) => gone.has(key))
      ? withFields(step, { after: noneIfEmpty(afterOf(step).filter((key) => !gone.has(key))) })
      : step,
  );
}

export const noneIfEmpty = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);

/** Gives a step another key; whatever names it follows. */
export function renameStep(flow: Flow, at: string, to: string): Flow {
  const from = keyOf(allStepsOf(flow).find((placed) => placed.at === at)?.step ?? {});
  const renamed = changeStep(flow, at, (step) => ({ ...step, key: to }));
  // A key that two steps have, or none yet: nobody knows whom the others mean.
  if (from === '' || allStepsOf(flow).filter(({ key }) => key === from).length !== 1) return renamed;
  return mapSteps(renamed, (step) => {
    const { after, input, forEach, when } = step;
    return withFields(step, {
      after: Array.isArray(after) ? after.map((each: unknown) => (each === from ? to : each)) : after,
      // What stands in the input of a flow within this one means steps of that flow.
      input: taskOfStep(step) === 'flow' ? input : renameIn(input, from, to),
      forEach: renameIn(forEach, from, to),
      when: renameIn(when, from, to),
    });
  });
}

/** References and conditions that name a step name another one. */
function renameIn(value: unknown, from: string, to: string): unknown {
  if (Array.isArray(value)) return value.map((each) => renameIn(each, from, to));
  if (!isObject(value)) return value;
  const reference = readReference(value);
  const isMeant = reference?.kind === 'output' && reference.step === from;
  const isState = 'step' in value && value.step === from && 'state' in value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]: [string, unknown]) => {
      if ((isMeant && name === '$output') || (isState && name === 'step')) return [name, to];
      return [name, reference ? each : renameIn(each, from, to)];
    }),
  );
}

function mapSteps(flow: Flow, change: (step: Step) => Step): Flow {
  const below = (steps: readonly Step[]): readonly Step[] =>
    steps.map((step) => {
      const changed = change(step);
      return isGroup(changed) && isObject(changed.group)
        ? { ...changed, group: { ...changed.group, steps: below(stepsOf(changed)) } }
        : changed;
    });
  return { ...flow, steps: below(flow.steps) };
}

/** A key that no step has yet: the wanted one itself, or with a number behind it. */
export function freeKey(flow: Flow, wanted: string): string {
  const taken = new Set(allStepsOf(flow).map(({ key }) => key));
  const base = wanted.replaceAll(/[^A-Za-z0-9_.-]/g, '-').replace(/^[^A-Za-z]+/, '') || 'step';
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** The steps that a value refers to. */
export function stepsNamedIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return;
    const reference = readReference(each);
    if (reference?.kind === 'output') found.add(reference.step);
    if ('step' in each && typeof each.step === 'string' && 'state' in each) found.add(each.step);
    for (const inner of Object.values(each)) look(inner);
  };
  look(value);
  return found;
}
