import { type OutputUnit, type Schema, Validator } from '@cfworker/json-schema';
import { type Fault, partsOf, pointerOf, valueAt } from './fault.js';
import { lossOf } from './lost-number.js';
import { hasReference } from './reference.js';

const validators = new WeakMap<object, Validator>();

/** Finds faults by interpreting the schema; libraries that compile it need `eval`, which the page's policy forbids. */
const validatorOf = (schema: object): Validator => {
  let validator = validators.get(schema);
  if (!validator) {
    const read: Schema = schema;
    validator = new Validator(read, '2020-12', false);
    validators.set(schema, validator);
  }
  return validator;
};

/** Whether a value fits; a schema that cannot be read takes everything, since the server decides. */
export function fits(schema: object, value: unknown): boolean {
  try {
    return validatorOf(schema).validate(value).valid;
  } catch {
    return true;
  }
}

/** What only says that something further down does not fit. */
const passedOn = new Set([
  ...['properties', 'patternProperties', 'items', 'prefixItems', '$ref', 'allOf', 'if', 'then', 'else'],
  ...['dependentSchemas', 'contains', 'unevaluatedProperties', 'unevaluatedItems'],
]);

/** What is wrong with a value, as far as its schema says. Parts that are filled in later (references) are not judged. */
export function findFaults(schema: object, value: unknown): readonly Fault[] {
  let errors: readonly OutputUnit[];
  try {
    errors = validatorOf(schema).validate(value === undefined ? {} : JSON.parse(JSON.stringify(value))).errors;
  } catch {
    return [];
  }
  const unions = errors.flatMap(({ keyword, instanceLocation }) =>
    keyword === 'anyOf' || keyword === 'oneOf' ? [instanceLocation.slice(1)] : [],
  );
  // Where a number is wanted and something else stands.
  const numbers = new Set(
    errors.flatMap(({ keyword, instanceLocation, error }) =>
      keyword === 'type' && /Expected .*"(?:integer|number)"/.test(error) ? [instanceLocation.slice(1)] : [],
    ),
  );
  return errors.flatMap(({ keyword, instanceLocation, error }) => {
    const path = instanceLocation.slice(1);
    if (passedOn.has(keyword)) return [];
    // Which of several kinds was meant is not known, so one sentence stands for what each of them misses.
    if (
      unions.some((union) =>
        path === union ? keyword !== 'anyOf' && keyword !== 'oneOf' : path.startsWith(`${union}/`),
      )
    )
      return [];
    const there = valueAt(value, path);
    if (hasReference(there)) return [];
    const loss = numbers.has(path) ? lossOf(there) : undefined;
    if (loss !== undefined) return [{ path, message: loss }];
    if (keyword === 'required') {
      const name = /"(.*)"/.exec(error)?.[1];
      return name === undefined ? [] : [{ path: path + pointerOf([name]), message: 'is needed' }];
    }
    if (keyword === 'additionalProperties' && error.startsWith('Property')) return [];
    return [{ path, message: wordsOf(keyword, error, limitAt(schema, path, keyword)) }];
  });
}

/** What the schema says for a keyword where the value is; undefined where that is not a plain way down. */
function limitAt(schema: object, path: string, keyword: string): unknown {
  let found: unknown = schema;
  for (const part of partsOf(path)) {
    if (typeof found !== 'object' || found === null) return undefined;
    const properties: unknown = Reflect.get(found, 'properties');
    found =
      typeof properties === 'object' && properties !== null && Object.hasOwn(properties, part)
        ? Reflect.get(properties, part)
        : Reflect.get(found, /^\d+$/.test(part) ? 'items' : 'additionalProperties');
  }
  return typeof found === 'object' && found !== null ? Reflect.get(found, keyword) : undefined;
}

const words: Readonly<Record<string, (limit: unknown) => string>> = {
  type: (type) => `must be ${Array.isArray(type) ? type.map(kindOf).join(' or ') : kindOf(type)}`,
  enum: (values) =>
    `must be one of ${Array.isArray(values) ? values.map((each) => JSON.stringify(each)).join(', ') : 'the choices'}`,
  const: (value) => `must be ${JSON.stringify(value)}`,
  minimum: (least) => `must be ${least} or more`,
  maximum: (most) => `must be ${most} or less`,
  exclusiveMinimum: (below) => `must be more than ${below}`,
  exclusiveMaximum: (above) => `must be less than ${above}`,
  multipleOf: (step) => `must be a multiple of ${step}`,
  minLength: (least) => (least === 1 ? 'must not be empty' : `must have ${least} characters or more`),
  maxLength: (most) => `must have ${most} characters or fewer`,
  minItems: (least) => `must have ${least} or more ${least === 1 ? 'item' : 'items'}`,
  maxItems: (most) => `must have ${most} items or fewer`,
  uniqueItems: () => 'must not have the same item twice',
  pattern: (pattern) => `must be written like ${pattern}`,
  format: (format) =>
    format === 'date' ? 'must be a day: 2026-11-22' : `must be a ${String(format).replaceAll('-', ' ')}`,
  anyOf: () => 'must be of one of the kinds',
  oneOf: () => 'must be of exactly one of the kinds',
};

const kindOf = (type: unknown): string =>
  ({
    string: 'a text',
    number: 'a number',
    integer: 'a whole number',
    boolean: 'yes or no',
    array: 'a list',
    object: 'an object',
    null: 'nothing',
  })[String(type)] ?? String(type);

const wordsOf = (keyword: string, error: string, limit: unknown): string =>
  (limit === undefined && keyword !== 'anyOf' && keyword !== 'oneOf' ? undefined : words[keyword]?.(limit)) ?? error;
