import { isDeepStrictEqual } from 'node:util';
import type { TSchema } from 'typebox';
import type { ViolationList } from '#contracts/violation-list.js';
import { isObject, mayFit, type Reference, type ReferenceFault, readReference, typeOf, typesOf } from './references.js';
import { type StepState, stepStates } from './steps.js';
import { wordsOf } from './template.js';

/** What a condition is checked with. */
export interface ConditionScope {
  /** Of what a reference stands for, or why it cannot be used here. */
  find(reference: Reference): { readonly schema: TSchema | undefined } | ReferenceFault;
  /** Why the outcome of a step cannot be asked for here; undefined if it can. */
  stepFault(key: string): string | undefined;
  readonly violations: ViolationList;
}

/** What a condition is decided by. */
export interface ConditionFacts {
  /** The value of a reference; undefined if there is none. */
  valueOf(reference: Reference): unknown;
  stateOf(key: string): StepState;
}

/** Whether the operator holds for a value and its operand. */
type Operator = (value: unknown, operand: unknown) => boolean;

const ordered =
  (holds: (order: number) => boolean): Operator =>
  (value, operand) => {
    if (typeof value === 'number' && typeof operand === 'number') return holds(value - operand);
    if (typeof value !== 'string' || typeof operand !== 'string') return false;
    return holds(value < operand ? -1 : value > operand ? 1 : 0);
  };

/** Of a value that is missing none holds, but `exists` with false. */
const operators: Readonly<Record<string, Operator>> = {
  equals: (value, operand) => isDeepStrictEqual(value, operand),
  notEquals: (value, operand) => value !== undefined && !isDeepStrictEqual(value, operand),
  greaterThan: ordered((order) => order > 0),
  atLeast: ordered((order) => order >= 0),
  lessThan: ordered((order) => order < 0),
  atMost: ordered((order) => order <= 0),
  in: (value, operand) => Array.isArray(operand) && operand.some((each) => isDeepStrictEqual(value, each)),
  exists: (value, operand) => (value !== undefined) === operand,
};
const operatorNames = Object.keys(operators);
const comparing = new Set(['greaterThan', 'atLeast', 'lessThan', 'atMost']);

/** Adds what is wrong with a condition. */
export function checkCondition(condition: unknown, path: string, scope: ConditionScope): void {
  const { violations } = scope;
  if (!isObject(condition)) {
    violations.add(path, `must be a condition, an object; got ${typeOf(condition)}`);
    return;
  }
  if (Object.hasOwn(condition, '$output')) {
    checkComparison(condition, path, scope);
    return;
  }
  if (Object.hasOwn(condition, 'step')) {
    checkState(condition, path, scope);
    return;
  }
  const [name, ...others] = Object.keys(condition);
  const inner = name === undefined ? undefined : condition[name];
  if (name === 'not' && others.length === 0) {
    checkCondition(inner, `${path}/not`, scope);
    return;
  }
  if ((name === 'all' || name === 'any') && others.length === 0) {
    if (!Array.isArray(inner) || inner.length === 0) {
      violations.add(`${path}/${name}`, 'must be a list of one condition or more');
      return;
    }
    for (const [index, each] of inner.entries()) checkCondition(each, `${path}/${name}/${index}`, scope);
    return;
  }
  violations.add(
    path,
    'must have either "$output" with an operator, "step" with "state", "all", "any" or "not", and no more',
  );
}

function checkComparison(condition: Readonly<Record<string, unknown>>, path: string, scope: ConditionScope): void {
  const { violations } = scope;
  const { $output, pointer, ...rest } = condition;
  const reference = readReference(pointer === undefined ? { $output } : { $output, pointer });
  const found = !reference || 'fault' in reference ? reference : scope.find(reference);
  if (found && 'fault' in found) violations.add(`${path}${found.at}`, found.fault);
  const names = Object.keys(rest);
  for (const name of names) {
    if (Object.hasOwn(operators, name)) continue;
    violations.add(`${path}/${name}`, `is no operator; there are ${operatorNames.join(', ')}`);
  }
  if (names.length !== 1) {
    violations.add(path, `must have one operator of ${operatorNames.join(', ')}; it has ${names.length}`);
    return;
  }
  const [name = ''] = names;
  const fault = operandFault(name, rest[name]);
  if (fault !== undefined) {
    violations.add(`${path}/${name}`, fault);
    return;
  }
  if (!reference || 'fault' in reference || !found || 'fault' in found) return;
  const types = typesOf(found.schema);
  const wanted = name === 'exists' ? [] : name === 'in' && Array.isArray(rest[name]) ? rest[name] : [rest[name]];
  if (wanted.length === 0 || wanted.some((each) => mayFit(new Set([typeOf(each)]), types))) return;
  const got = wanted.map(typeOf).join(', ');
  violations.add(
    `${path}/${name}`,
    `can never hold: ${wordsOf(reference)} is ${[...(types ?? [])].join(' or ')}, this is ${got}`,
  );
}

function operandFault(operator: string, operand: unknown): string | undefined {
  if (comparing.has(operator) && typeof operand !== 'number' && typeof operand !== 'string') {
    return `must be a number or a text to compare with, got ${typeOf(operand)}`;
  }
  if (operator === 'in' && !(Array.isArray(operand) && operand.length > 0))
    return 'must be a list of one value or more';
  if (operator === 'exists' && typeof operand !== 'boolean') return 'must be true or false';
  return undefined;
}

function checkState(condition: Readonly<Record<string, unknown>>, path: string, scope: ConditionScope): void {
  const { step, state, ...rest } = condition;
  const { violations } = scope;
  const [extra] = Object.keys(rest);
  if (extra !== undefined) violations.add(path, `must not have ${JSON.stringify(extra)} beside "step" and "state"`);
  const fault = typeof step === 'string' ? scope.stepFault(step) : 'must be the key of a step or a group';
  if (fault !== undefined) violations.add(`${path}/step`, fault);
  if (!stepStates.some((each) => each === state))
    violations.add(`${path}/state`, `must be one of ${stepStates.join(', ')}`);
}

/** Whether a condition that was checked holds. */
export function holds(condition: unknown, facts: ConditionFacts): boolean {
  if (!isObject(condition)) return false;
  const { $output, pointer, step, state, all, any, not, ...comparison } = condition;
  if (Array.isArray(all)) return all.every((each) => holds(each, facts));
  if (Array.isArray(any)) return any.some((each) => holds(each, facts));
  if (not !== undefined) return !holds(not, facts);
  if (typeof step === 'string') return facts.stateOf(step) === state;
  const reference = readReference(pointer === undefined ? { $output } : { $output, pointer });
  if (!reference || 'fault' in reference) return false;
  const value = facts.valueOf(reference);
  return Object.entries(comparison).every(([name, operand]) => operators[name]?.(value, operand) ?? false);
}

/** The steps and groups for whose states a condition asks. */
export function stepsAskedFor(condition: unknown): ReadonlySet<string> {
  const asked = new Set<string>();
  const look = (each: unknown): void => {
    if (!isObject(each)) return;
    if (typeof each['step'] === 'string') asked.add(each['step']);
    for (const list of [each['all'], each['any']]) if (Array.isArray(list)) list.forEach(look);
    look(each['not']);
  };
  look(condition);
  return asked;
}
