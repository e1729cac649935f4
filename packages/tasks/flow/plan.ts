import { findViolations } from '#contracts/find-violations.js';
import type { ViolationList } from '#contracts/violation-list.js';
import { maxNesting, Step } from './steps.js';

/** A step or a group, and where it stands in the flow. */
export interface PlannedStep {
  readonly step: Step;
  /** JSON pointer to it in the flow's input. */
  readonly path: string;
  /** The group that it is in. */
  readonly parent: PlannedStep | undefined;
  /** Of a group: its steps. */
  readonly members: readonly PlannedStep[];
  /** Keys of what has to end before it: `after`, and the step before it in a sequence. */
  readonly waitsFor: readonly string[];
}

/** All steps and groups of a flow by their keys, those before others that are further up in its input. */
export type Plan = ReadonlyMap<string, PlannedStep>;

/** What a plan is made of: the steps of a flow or of a group. */
interface Level {
  readonly steps: readonly unknown[];
  readonly path: string;
  readonly parent: PlannedStep | undefined;
  readonly mode: 'parallel' | 'sequence';
  readonly depth: number;
}

/**
 * Reads the steps of a flow.
 * @param violations what is wrong with the shape of steps and groups is added
 */
export function planOf(steps: readonly unknown[], violations: ViolationList): Plan {
  const plan = new Map<string, PlannedStep>();
  readLevel({ steps, path: '/steps', parent: undefined, mode: 'parallel', depth: 0 }, plan, violations);
  return plan;
}

function readLevel(level: Level, plan: Map<string, PlannedStep>, violations: ViolationList): PlannedStep[] {
  const { steps, path: levelPath, parent, mode, depth } = level;
  const read: PlannedStep[] = [];
  for (const [index, value] of steps.entries()) {
    const path = `${levelPath}/${index}`;
    const step = readStep(value, path, violations);
    if (!step) continue;
    const { key, group } = step;
    const other = plan.get(key);
    if (other) {
      violations.add(
        `${path}/key`,
        `must be the key of one step only; "${key}" is that of the step at ${other.path}, too`,
      );
      continue;
    }
    shapeFaults(step, parent, path, violations);
    const previous = mode === 'sequence' ? read.at(-1) : undefined;
    const members: PlannedStep[] = [];
    const waitsFor = [...(step.after ?? []), ...(previous ? [previous.step.key] : [])];
    const planned: PlannedStep = { step, path, parent, members, waitsFor };
    plan.set(key, planned);
    read.push(planned);
    if (!group) continue;
    if (depth >= maxNesting) {
      violations.add(`${path}/group`, `must not be nested deeper than ${maxNesting} groups`);
      continue;
    }
    const inside: Level = {
      steps: group.steps,
      path: `${path}/group/steps`,
      parent: planned,
      mode: group.mode ?? 'parallel',
      depth: depth + 1,
    };
    members.push(...readLevel(inside, plan, violations));
  }
  return read;
}

function readStep(value: unknown, path: string, violations: ViolationList): Step | undefined {
  const found = findViolations(Step, value);
  if (isStep(value, found)) return value;
  for (const fault of found.named) violations.add(`${path}${fault.path}`, fault.message);
  return undefined;
}

const isStep = (_value: unknown, found: ViolationList): _value is Step => found.count === 0;

/** Which fields go together. */
function shapeFaults(step: Step, parent: PlannedStep | undefined, path: string, violations: ViolationList): void {
  const { group } = step;
  if ((group === undefined) === (step.task === undefined)) {
    const got = group === undefined ? 'it has neither' : 'it has both';
    violations.add(path, `must have either a task or a group; ${got}`);
  }
  if (group !== undefined) {
    for (const field of ['input', 'forEach', 'atMost'] as const) {
      if (step[field] !== undefined) violations.add(`${path}/${field}`, 'must not stand beside a group');
    }
    if (group.mode === 'sequence' && group.atMost !== undefined) {
      violations.add(`${path}/group/atMost`, 'must not be given for a sequence, of which one step runs at a time');
    }
  } else if (step.atMost !== undefined && step.forEach === undefined) {
    violations.add(`${path}/atMost`, 'must stand beside forEach, or in a group');
  }
  const limit = group ? group.atMost : step.atMost;
  const outer = limit === undefined ? undefined : limitOf(parent);
  if (outer) {
    const at = group ? `${path}/group/atMost` : `${path}/atMost`;
    violations.add(at, `must not be given within group "${outer.name}", whose atMost holds for all runs in it`);
  }
}

/** The limit that holds for the runs of a group: its own, or that of a group around it. */
export function limitOf(
  group: PlannedStep | undefined,
): { readonly name: string; readonly atMost: number } | undefined {
  for (let each = group; each; each = each.parent) {
    const atMost = each.step.group?.atMost;
    if (atMost !== undefined) return { name: each.step.key, atMost };
  }
  return undefined;
}

/** Whether a step is in a group, at whatever depth. */
export function isWithin(step: PlannedStep, group: PlannedStep): boolean {
  for (let each = step.parent; each; each = each.parent) if (each === group) return true;
  return false;
}
