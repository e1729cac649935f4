import { BadInputError } from '#contracts/errors.js';
import { type InvokedRunError, SuspendError } from '#contracts/invoke-errors.js';
import type { TaskDefinition } from '#contracts/task.js';
import { InvalidInputError } from '#contracts/validate.js';
import { ViolationList } from '#contracts/violation-list.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import { inputsFault, isFlow } from './check.js';
import { holds, stepsAskedFor } from './condition.js';
import type { definition } from './definition.js';
import { isWithin, limitOf, type Plan, type PlannedStep, planOf } from './plan.js';
import { isObject, type Reference, readReference, valueAt } from './references.js';
import { reportOf, type StepEnd } from './report.js';
import { maxElements } from './steps.js';
import { fillTemplate, originOf, wordsOf } from './template.js';

export const run: TaskRun<typeof definition> = async (context, { steps }) => {
  const violations = new ViolationList();
  const plan = planOf(steps, violations);
  if (violations.count > 0) throw new InvalidInputError(violations);
  const flow = new FlowRun(context, plan);
  const settled = await Promise.allSettled([...plan.values()].map((step) => flow.endOf(step)));
  context.progress(settled.filter(({ status }) => status === 'fulfilled').length, plan.size);
  const errors: unknown[] = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  // Runs that are under way come first: an error that another step has met is met again when they have ended.
  const error = errors.find((each) => each instanceof SuspendError) ?? errors[0];
  if (error !== undefined) throw error;
  const failed = flow.unhandled();
  if (failed.length > 1) {
    context.log.error(`steps that failed: ${failed.map(({ planned }) => `"${planned.step.key}"`).join(', ')}`);
  }
  if (failed[0]) throw failed[0].error;
  return reportOf(flow.ends, context.fence.runId);
};

/** A step that failed, and the error of its run. */
interface FailedStep {
  readonly planned: PlannedStep;
  readonly error: InvokedRunError;
}

/** One start of a flow's body: each step begins once those that it waits for have ended. */
class FlowRun {
  /** How steps and groups ended, in the order of the plan; those that have not ended are left out. */
  readonly ends = new Map<string, StepEnd>();
  readonly #context: TaskContext;
  readonly #plan: Plan;
  readonly #begins = new Map<PlannedStep, Promise<boolean>>();
  readonly #ending = new Map<PlannedStep, Promise<StepEnd>>();
  /** The steps that ask for the state of a step or group in their condition. */
  readonly #handlers = new Map<string, PlannedStep[]>();
  /** Keys of steps and groups for which others wait. */
  readonly #awaited: ReadonlySet<string>;

  constructor(context: TaskContext, plan: Plan) {
    this.#context = context;
    this.#plan = plan;
    this.#awaited = new Set([...plan.values()].flatMap(({ waitsFor }) => waitsFor));
    for (const planned of plan.values()) {
      for (const key of stepsAskedFor(planned.step.when)) {
        this.#handlers.set(key, [...(this.#handlers.get(key) ?? []), planned]);
      }
    }
  }

  /** @throws SuspendError while runs that it waits for are under way */
  endOf(planned: PlannedStep): Promise<StepEnd> {
    const known = this.#ending.get(planned);
    if (known) return known;
    const ending = this.#end(planned);
    this.#ending.set(planned, ending);
    return ending;
  }

  async #end(planned: PlannedStep): Promise<StepEnd> {
    const isRun = await this.#begin(planned);
    const { members } = planned;
    if (members.length > 0) await Promise.all(members.map((member) => this.endOf(member)));
    const end: StepEnd = !isRun
      ? { state: 'skipped' }
      : members.length > 0
        ? this.#groupEnd(planned)
        : await this.#work(planned);
    this.ends.set(planned.step.key, end);
    return end;
  }

  /** Waits until the step may begin. @returns false when it is to be skipped */
  #begin(planned: PlannedStep): Promise<boolean> {
    const known = this.#begins.get(planned);
    if (known) return known;
    const begin = this.#decide(planned);
    this.#begins.set(planned, begin);
    return begin;
  }

  async #decide(planned: PlannedStep): Promise<boolean> {
    const { step, parent, waitsFor } = planned;
    const before = waitsFor.flatMap((key) => this.#plan.get(key) ?? []);
    // Asked for together, so that all of them are under way.
    const [isParentRun] = await Promise.all([
      parent ? this.#begin(parent) : true,
      ...before.map((each) => this.endOf(each)),
    ]);
    if (!isParentRun) return false;
    const asked = stepsAskedFor(step.when);
    const isMissing = (key: string): boolean => !asked.has(key) && this.ends.get(key)?.state !== 'succeeded';
    if (waitsFor.some(isMissing)) return false;
    return (
      step.when === undefined ||
      holds(step.when, {
        valueOf: (reference) => this.#valueOf(reference),
        stateOf: (key) => this.ends.get(key)?.state ?? 'skipped',
      })
    );
  }

  #groupEnd(group: PlannedStep): StepEnd {
    if (this.unhandled(group).length > 0) return { state: 'failed' };
    const isSkipped = group.members.every(({ step }) => this.ends.get(step.key)?.state === 'skipped');
    return { state: isSkipped ? 'skipped' : 'succeeded' };
  }

  /**
   * The steps that failed although no step that ran asks for their state, or for that of a group that they are in.
   * @param group only of its steps, and of what is in it
   */
  unhandled(group?: PlannedStep): FailedStep[] {
    const failed: FailedStep[] = [];
    for (const planned of this.#plan.values()) {
      if (group && !isWithin(planned, group)) continue;
      const end = this.ends.get(planned.step.key);
      if (end?.error && !this.#isHandled(planned, group)) failed.push({ planned, error: end.error });
    }
    return failed;
  }

  #isHandled(planned: PlannedStep, group: PlannedStep | undefined): boolean {
    for (let each: PlannedStep | undefined = planned; each && each !== group; each = each.parent) {
      const handlers = this.#handlers.get(each.step.key) ?? [];
      const hasRun = (handler: PlannedStep): boolean =>
        (!group || isWithin(handler, group)) && (this.ends.get(handler.step.key)?.state ?? 'skipped') !== 'skipped';
      if (handlers.some(hasRun)) return true;
    }
    return false;
  }

  async #work(planned: PlannedStep): Promise<StepEnd> {
    const { step, parent } = planned;
    const task = this.#context.catalogue.get(step.task ?? '');
    if (!task) {
      throw new BadInputError(
        'unknown-task',
        `step "${step.key}": no task is named "${step.task}" here; was it renamed or removed?`,
      );
    }
    const limit = limitOf(parent);
    return step.forEach === undefined ? await this.#one(planned, task, limit) : await this.#many(planned, task, limit);
  }

  /** Whether others have something to do once this step has ended. */
  #wakes(planned: PlannedStep): boolean {
    for (let each: PlannedStep | undefined = planned; each; each = each.parent) {
      if (this.#awaited.has(each.step.key)) return true;
    }
    return false;
  }

  async #one(planned: PlannedStep, task: TaskDefinition, limit: Limit): Promise<StepEnd> {
    const { key, input: template = {} } = planned.step;
    const input = this.#fill(key, task, template);
    const wakes = this.#wakes(planned);
    try {
      const outcome = await this.#context.invoke(key, task, input, { settled: true, wakes, limit });
      if (outcome.state === 'succeeded') return outcome;
      return { state: outcome.state, error: outcome.error, runId: outcome.error.run.id };
    } catch (error) {
      throw inWords(error, key, template);
    }
  }

  async #many(planned: PlannedStep, task: TaskDefinition, limit: Limit): Promise<StepEnd> {
    const { key, input: template = {}, atMost, forEach } = planned.step;
    const elements = this.#elements(key, forEach);
    const fault = inputsFault(template, elements.length);
    if (fault !== undefined) throw new BadInputError('invalid-input', `step "${key}": forEach ${fault}`);
    const inputs = elements.map((element, index) => this.#fill(key, task, template, { element, index }));
    const wakes = this.#wakes(planned);
    try {
      const outcomes = await this.#context.invokeAll(key, task, inputs, {
        settled: true,
        wakes,
        ...(limit === undefined ? { atMost } : { limit }),
      });
      const [failed] = outcomes.flatMap((outcome) => (outcome.state === 'succeeded' ? [] : [outcome]));
      const runs = outcomes.length;
      if (failed) return { state: failed.state, error: failed.error, runs };
      const output = outcomes.map((outcome) => (outcome.state === 'succeeded' ? outcome.output : null));
      return { state: 'succeeded', output, runs };
    } catch (error) {
      throw inWords(error, key, template);
    }
  }

  #elements(key: string, forEach: unknown): readonly unknown[] {
    const reference = readReference(forEach);
    const elements = reference && 'kind' in reference ? this.#valueOf(reference) : forEach;
    if (Array.isArray(elements) && elements.length <= maxElements) return elements;
    const got = Array.isArray(elements)
      ? `one of ${elements.length}`
      : elements === undefined
        ? 'nothing'
        : typeof elements;
    const origin = reference && 'kind' in reference ? `, from ${wordsOf(reference)}` : '';
    throw new BadInputError(
      'invalid-input',
      `step "${key}": forEach: expected a list of at most ${maxElements}, got ${got}${origin}`,
    );
  }

  /** The input of a run; references within a nested flow are its own. */
  #fill(
    key: string,
    task: TaskDefinition,
    template: unknown,
    item?: { readonly element: unknown; readonly index: number },
  ): Readonly<Record<string, unknown>> {
    const replace = (reference: Reference): { readonly value: unknown } => {
      const value = reference.kind === 'item' ? valueAt(item?.element, reference.pointer) : this.#valueOf(reference);
      if (value !== undefined) return { value };
      const where = item ? ` for element ${item.index} of forEach` : '';
      throw new BadInputError('invalid-input', `step "${key}": expected ${wordsOf(reference)}${where}, there is none`);
    };
    const filled = isFlow(task) ? template : fillTemplate(template, replace);
    if (isObject(filled)) return filled;
    throw new BadInputError('invalid-input', `step "${key}": expected an object as its input, got ${typeof filled}`);
  }

  #valueOf(reference: Reference): unknown {
    if (reference.kind === 'item') return undefined;
    const end = this.ends.get(reference.step);
    return end?.state === 'succeeded' ? valueAt(end.output, reference.pointer) : undefined;
  }
}

type Limit = ReturnType<typeof limitOf>;

/** An input that does not fit, with the step that it is of and where the part came from. */
function inWords(error: unknown, key: string, template: unknown): unknown {
  if (!(error instanceof InvalidInputError)) return error;
  const words = error.violations.describe(({ path, message }) => {
    const origin = originOf(template, path);
    return `${path === '' ? 'input' : path} ${message}${origin ? `, it is ${wordsOf(origin)}` : ''}`;
  });
  return new BadInputError('invalid-input', `step "${key}": its input does not fit the task: ${words}`);
}
