import { readReference } from '../../form/reference.js';

/** How a value of an output can be compared, in the words of the page. */
export const comparisons = [
  { value: 'equals', label: 'is' },
  { value: 'notEquals', label: 'is not' },
  { value: 'greaterThan', label: 'is more than' },
  { value: 'atLeast', label: 'is at least' },
  { value: 'lessThan', label: 'is less than' },
  { value: 'atMost', label: 'is at most' },
  { value: 'in', label: 'is one of (a list)' },
  { value: 'exists', label: 'exists (true or false)' },
] as const;

/** How a step can end. */
export const outcomes = ['succeeded', 'failed', 'cancelled', 'skipped'] as const;

/** A condition in words: `reload failed`, `reload → rows is more than 0`. */
export function wordsOfCondition(condition: unknown): string {
  if (typeof condition !== 'object' || condition === null) return JSON.stringify(condition) ?? '';
  if ('all' in condition && Array.isArray(condition.all)) return condition.all.map(inner).join(' and ');
  if ('any' in condition && Array.isArray(condition.any)) return condition.any.map(inner).join(' or ');
  if ('not' in condition) return `not ${inner(condition.not)}`;
  if ('step' in condition && 'state' in condition) return `${String(condition.step)} ${String(condition.state)}`;
  const reference = readReference(condition);
  if (!reference) return JSON.stringify(condition);
  const of = `${reference.kind === 'output' ? reference.step : 'element'}${reference.pointer.replaceAll('/', ' → ')}`;
  const comparison = comparisons.find(({ value }) => value in condition);
  if (!comparison) return of;
  const operand: unknown = Reflect.get(condition, comparison.value);
  if (comparison.value === 'exists') return operand === false ? `no ${of}` : `${of} exists`;
  return `${of} ${comparison.label.replace(/ \(.*/, '')} ${JSON.stringify(operand)}`;
}

/** Combined ones in brackets. */
const inner = (condition: unknown): string => {
  const words = wordsOfCondition(condition);
  return typeof condition === 'object' && condition !== null && ('all' in condition || 'any' in condition)
    ? `(${words})`
    : words;
};
