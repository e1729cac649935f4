import type { TSchema } from 'typebox';
import { findViolations } from '#contracts/find-violations.js';
import type { TaskDefinition } from '#contracts/task.js';
import { type Violation, ViolationList } from '#contracts/violation-list.js';
import { checkCondition } from './condition.js';
import { type Order, orderOf } from './order.js';
import { type Plan, type PlannedStep, planOf } from './plan.js';
import {
  isObject,
  type Reference,
  type ReferenceFault,
  readReference,
  schemaAt,
  typeOf,
  valueAt,
} from './references.js';
import { FlowInput, maxElementInputs, maxElements, maxNesting, maxSteps } from './steps.js';
import { checkTemplate, type FindSchema, fillTemplate, hasReferences } from './template.js';

/** Tasks by their names. */
type Tasks = ReadonlyMap<string, TaskDefinition>;

/** What the check of one flow looks at. */
interface FlowCheck {
  readonly plan: Plan;
  /** Undefined when there is a cycle: nothing is said then of what may refer to what. */
  readonly order: Order | undefined;
  readonly tasks: Tasks;
  readonly violations: ViolationList;
  /** How many flows this one is in. */
  readonly depth: number;
  /** Steps of the whole flow so far. */
  readonly size: { steps: number };
}

/** What is wrong with a flow, before any of it runs. See `TaskDefinition.check`. */
export function checkFlow(input: FlowInput, tasks: Tasks): readonly Violation[] {
  const violations = new ViolationList();
  check(input, tasks, { violations, depth: 0, size: { steps: 0 } });
  return violations.named;
}

function check(
  { steps }: FlowInput,
  tasks: Tasks,
  { violations, depth, size }: Pick<FlowCheck, 'violations' | 'depth' | 'size'>,
): void {
  const plan = planOf(steps, violations);
  size.steps += plan.size;
  if (size.steps > maxSteps) {
    violations.add('/steps', `must not be more than ${maxSteps}, those of groups and of flows within it included`);
    return;
  }
  for (const { step, path } of plan.values()) {
    for (const [index, key] of (step.after ?? []).entries()) {
      if (!plan.has(key)) violations.add(`${path}/after/${index}`, `names no step: ${JSON.stringify(key)}`);
    }
  }
  const order = orderOf(plan);
  if ('cycle' in order) {
    const [first = ''] = order.cycle;
    const words = `must not lead back to the step itself: ${order.cycle.join(' → ')} (each waits for the next)`;
    violations.add(`${plan.get(first)?.path}/after`, words);
  }
  const flow = { plan, order: 'cycle' in order ? undefined : order, tasks, violations, depth, size };
  for (const step of plan.values()) checkStep(flow, step);
}

function checkStep(flow: FlowCheck, planned: PlannedStep): void {
  const { step, path } = planned;
  const { violations, tasks } = flow;
  const find: FindSchema = (reference) => findSchema(flow, planned, reference);
  if (step.when !== undefined) {
    const stepFault = (key: string): string | undefined => stepFaultOf(flow, planned, key);
    checkCondition(step.when, `${path}/when`, { find, stepFault, violations });
  }
  if (step.task === undefined) return;
  const task = tasks.get(step.task);
  if (!task) {
    const known = [...tasks.keys()].join(', ');
    violations.add(`${path}/task`, `names no task: ${JSON.stringify(step.task)}; there are ${known}`);
    return;
  }
  if (step.forEach !== undefined) checkForEach(flow, planned, task, find);
  else checkInput(flow, planned, task, step.input ?? {}, find);
}

/** A nested flow is looked into; references in it are to its own steps. */
function checkInput(
  flow: FlowCheck,
  { path }: PlannedStep,
  task: TaskDefinition,
  input: unknown,
  find: FindSchema,
): void {
  const { violations, tasks } = flow;
  const at = `${path}/input`;
  const before = violations.count;
  if (!isFlow(task)) checkTemplate(task.input, input, at, find, violations);
  else addAt(at, findViolations(task.input, input), violations);
  if (violations.count > before) return;
  if (isFlow(task)) {
    checkNested(flow, at, input);
    return;
  }
  // With references in it, it is not yet what that check is for; then it is asked when the step begins.
  if (findViolations(task.input, input).count > 0) return;
  for (const each of task.check?.(isObject(input) ? input : {}, tasks) ?? [])
    violations.add(`${at}${each.path}`, each.message);
}

/** Whether a task is this one. */
export const isFlow = (task: TaskDefinition): boolean => task.input === FlowInput;

function checkNested({ violations, tasks, depth, size }: FlowCheck, at: string, input: unknown): void {
  if (depth >= maxNesting) {
    violations.add(at, `must not be nested deeper than ${maxNesting} flows`);
    return;
  }
  const inner = new ViolationList();
  // Its shape was checked by its schema before.
  if (isFlowInput(input)) check(input, tasks, { violations: inner, depth: depth + 1, size });
  addAt(at, inner, violations);
}

const isFlowInput = (input: unknown): input is FlowInput => findViolations(FlowInput, input).count === 0;

function addAt(path: string, found: ViolationList, violations: ViolationList): void {
  for (const each of found.named) violations.add(`${path}${each.path}`, each.message);
}

function checkForEach(flow: FlowCheck, planned: PlannedStep, task: TaskDefinition, find: FindSchema): void {
  const { step, path } = planned;
  const { violations } = flow;
  const at = `${path}/forEach`;
  const { forEach, input = {} } = step;
  if (!Array.isArray(forEach)) {
    const reference = readReference(forEach);
    if (!reference || ('kind' in reference && reference.kind === 'item')) {
      violations.add(
        at,
        `must be a list or a reference to one, { "$output": key, "pointer": … }; got ${typeOf(forEach)}`,
      );
      return;
    }
    const before = violations.count;
    checkTemplate({ type: 'array' }, forEach, at, find, violations);
    const list = 'fault' in reference || violations.count > before ? undefined : find(reference);
    const element = list && 'schema' in list && list.schema ? schemaAt(list.schema, '/0') : undefined;
    const schema = element?.kind === 'known' ? element.schema : undefined;
    checkInput(flow, planned, task, input, (each) => (each.kind === 'item' ? schemaOf(schema, each) : find(each)));
    return;
  }
  if (forEach.length > maxElements) {
    violations.add(at, `must not have more than ${maxElements} elements`);
    return;
  }
  if (hasReferences(forEach)) {
    violations.add(at, 'must hold values, no references; those belong into the input');
    return;
  }
  const fault = inputsFault(input, forEach.length);
  if (fault !== undefined) {
    violations.add(at, fault);
    return;
  }
  for (const [index, element] of forEach.entries()) {
    const found = new ViolationList();
    const { filled, missing } = isFlow(task) ? { filled: input, missing: [] } : fillItem(input, element);
    for (const pointer of missing)
      found.add(`${path}/input`, `refers to "${pointer}", which the element does not have`);
    if (missing.length === 0) checkInput({ ...flow, violations: found }, planned, task, filled, find);
    if (found.count === 0) continue;
    // The others would most likely have the same.
    for (const each of found.named) violations.add(each.path, `${each.message} (for element ${index} of forEach)`);
    return;
  }
}

/** Why the inputs of a `forEach` would be too large. */
export function inputsFault(input: unknown, elements: number): string | undefined {
  const length = JSON.stringify(input).length * elements;
  if (length <= maxElementInputs) return undefined;
  return `must not make inputs of more than ${maxElementInputs} characters in all; these would have ${length}`;
}

/** Replaces what stands for parts of the element. @returns missing: pointers to what it does not have */
function fillItem(input: unknown, element: unknown): { readonly filled: unknown; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const filled = fillTemplate(input, (reference) => {
    if (reference.kind !== 'item') return undefined;
    const value = valueAt(element, reference.pointer);
    if (value === undefined) missing.push(reference.pointer);
    return { value };
  });
  return { filled, missing };
}

function findSchema(flow: FlowCheck, planned: PlannedStep, reference: Reference): ReturnType<FindSchema> {
  if (reference.kind === 'item') return { at: '/$item', fault: 'must stand in the input of a step with forEach' };
  const { plan, tasks } = flow;
  const fault = stepFaultOf(flow, planned, reference.step);
  if (fault !== undefined) return { at: '/$output', fault };
  const source = plan.get(reference.step)?.step;
  if (source?.task === undefined) {
    return { at: '/$output', fault: `must name a step with a task; "${reference.step}" is a group, name a step in it` };
  }
  // That it is none is said where it is named.
  const task = tasks.get(source.task);
  if (!task) return { schema: undefined };
  return schemaOf(source.forEach === undefined ? task.output : { type: 'array', items: task.output }, reference);
}

function schemaOf(
  schema: TSchema | undefined,
  { kind, pointer }: Reference,
): { schema: TSchema | undefined } | ReferenceFault {
  const found = schema === undefined ? undefined : schemaAt(schema, pointer);
  if (found?.kind !== 'none') return { schema: found?.kind === 'known' ? found.schema : undefined };
  const names = found.names.length > 0 ? `; there are ${found.names.join(', ')}` : '';
  const what = kind === 'item' ? 'an element' : 'the output';
  return { at: kind === 'item' ? '/$item' : '/pointer', fault: `leads to nothing in ${what} at "${pointer}"${names}` };
}

/** Why the outcome of a step cannot be used in another. */
function stepFaultOf({ plan, order }: FlowCheck, planned: PlannedStep, key: string): string | undefined {
  if (!plan.has(key)) return `names no step: ${JSON.stringify(key)}`;
  if (!order || order.isBefore(key, planned.step.key)) return undefined;
  return `names "${key}", which need not have ended when this step begins; put it into "after"`;
}
