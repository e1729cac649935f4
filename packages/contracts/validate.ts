import type { Static, TSchema } from 'typebox';
import { BadInputError } from './errors.js';
import type { FaultList } from './fault-list.js';
import { findFaults } from './find-faults.js';

/** A value does not fit its schema; the first hundred faults are named, all are counted. */
export class InvalidInputError extends BadInputError {
  readonly faults: FaultList;
  constructor(faults: FaultList) {
    const words = faults.describe(({ path, message }) => `${path === '' ? 'input' : path} ${message}`);
    super('invalid-input', `the input does not fit the task's schema: ${words}`);
    this.faults = faults;
  }
}

/** Checks a value against a schema (compiled once) and returns it typed. @throws InvalidInputError */
export function validate<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const faults = findFaults(schema, value);
  if (isFree<T>(value, faults)) return value;
  throw new InvalidInputError(faults);
}

const isFree = <T extends TSchema>(_value: unknown, faults: FaultList): _value is Static<T> => faults.count === 0;
