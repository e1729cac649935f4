import type { Static, TSchema } from 'typebox';
import { BadInputError } from './errors.js';
import { findViolations } from './find-violations.js';
import type { ViolationList } from './violation-list.js';

/** A value does not fit its schema; the first hundred faults are named, all are counted. */
export class InvalidInputError extends BadInputError {
  readonly violations: ViolationList;
  constructor(violations: ViolationList) {
    const words = violations.describe(({ path, message }) => `${path === '' ? 'input' : path} ${message}`);
    super('invalid-input', `the input does not fit the task's schema: ${words}`);
    this.violations = violations;
  }
}

/** Checks a value against a schema (compiled once) and returns it typed. @throws InvalidInputError */
export function validate<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const violations = findViolations(schema, value);
  if (isFree<T>(value, violations)) return value;
  throw new InvalidInputError(violations);
}

const isFree = <T extends TSchema>(_value: unknown, violations: ViolationList): _value is Static<T> =>
  violations.count === 0;
