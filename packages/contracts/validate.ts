import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { BadInputError } from './errors.js';

/** One thing that is wrong with a value. */
export interface Fault {
  /** JSON pointer to the place, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** A value does not fit its schema; every fault is named. */
export class InvalidInputError extends BadInputError {
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    const words = faults.map((fault) => `${fault.path === '' ? 'input' : fault.path} ${fault.message}`);
    super('invalid-input', `the input does not fit the task's schema: ${words.join('; ')}`);
    this.faults = faults;
  }
}

const compiled = new WeakMap<TSchema, Validator>();

/** Checks a value against a schema (compiled once) and returns it typed. @throws InvalidInputError */
export function validate<T extends TSchema>(schema: T, value: unknown): Static<T> {
  let validator = compiled.get(schema);
  if (!validator) {
    validator = Compile(schema);
    compiled.set(schema, validator);
  }
  if (fits<T>(validator, value)) return value;
  throw new InvalidInputError(
    validator.Errors(value).map((fault) => ({ path: fault.instancePath, message: fault.message })),
  );
}

const fits = <T extends TSchema>(validator: Validator, value: unknown): value is Static<T> => validator.Check(value);
