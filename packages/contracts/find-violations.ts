import { type TArray, type TObject, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Hashing } from 'typebox/system';
import { ViolationList } from './violation-list.js';

/** Adds what is wrong with a value to the list. */
type Check = (value: unknown, path: string, violations: ViolationList) => void;

const compiled = new WeakMap<TSchema, Check>();

/**
 * What is wrong with a value by its schema, compiled once. The time grows with the size of the value and no faster: the
 * library that knows the keywords is asked about single values only, since its list of duplicates takes the square of
 * their number, and it stops after eight errors without a count. A list or text that is too long has that violation
 * alone.
 */
export function findViolations(schema: TSchema, value: unknown): ViolationList {
  let check = compiled.get(schema);
  if (!check) {
    check = compile(schema);
    compiled.set(schema, check);
  }
  const violations = new ViolationList();
  check(value, '', violations);
  return violations;
}

function compile(schema: TSchema): Check {
  if (Type.IsArray(schema) && hasOnly(schema, listKeywords)) return compileList(schema);
  if (Type.IsObject(schema) && hasOnly(schema, objectKeywords)) return compileObject(schema);
  if (Type.IsString(schema)) return compileText(schema);
  if (JSON.stringify(schema).includes('"uniqueItems":true')) {
    throw new Error('uniqueItems: expected a list of its own or in properties and lists, got one in another keyword');
  }
  return compileLeaf(schema);
}

const annotations = ['~kind', '~optional', '~readonly', 'type', 'title', 'description', 'default', 'examples'];
const listKeywords = new Set<unknown>([...annotations, 'items', 'minItems', 'maxItems', 'uniqueItems']);
const objectKeywords = new Set<unknown>([...annotations, 'properties', 'required', 'additionalProperties']);

/** Whether what is done here is all that the schema asks for. Else the library checks it as a whole. No keyword is a symbol. */
const hasOnly = (schema: TSchema, keywords: ReadonlySet<unknown>): boolean =>
  Reflect.ownKeys(schema).every((key) => typeof key === 'symbol' || keywords.has(key)) &&
  !('additionalProperties' in schema && typeof schema.additionalProperties === 'object');

function compileList(schema: TArray & { minItems?: number; maxItems?: number; uniqueItems?: boolean }): Check {
  const { minItems, maxItems, uniqueItems } = schema;
  const checkType = compileLeaf(Type.Array(Type.Unknown()));
  const checkItem = compile(schema.items);
  return (value, path, violations) => {
    if (!Array.isArray(value)) return checkType(value, path, violations);
    // In the library's words; it looks at all items before it says so, which takes a microsecond each.
    if (maxItems !== undefined && value.length > maxItems) {
      return violations.add(path, `must not have more than ${maxItems} items`);
    }
    if (minItems !== undefined && value.length < minItems) {
      return violations.add(path, `must not have fewer than ${minItems} items`);
    }
    const before = violations.count;
    for (const [index, item] of value.entries()) checkItem(item, `${path}/${index}`, violations);
    if (uniqueItems === true && violations.count === before) checkUnique(value, path, violations);
  };
}

/** Items are looked at only where each of them fits, so that hashing one does not go deeper than its schema. */
function checkUnique(items: readonly unknown[], path: string, violations: ViolationList): void {
  const seen = new Set<unknown>();
  let first: number | undefined;
  for (const [index, item] of items.entries()) {
    const size = seen.size;
    seen.add(keyOf(item));
    if (seen.size === size) first ??= index;
  }
  if (first === undefined) return;
  const repeats = `${items.length - seen.size} of ${items.length} repeat an earlier one, the first is number ${first} (from 0)`;
  violations.add(path, `must not have duplicate items; ${repeats}`);
}

/** Equal for equal values. Other texts cannot be taken for what stands for an object or a list. */
function keyOf(item: unknown): unknown {
  if (typeof item === 'string') return `text ${item}`;
  return typeof item === 'object' && item !== null ? `hash ${Hashing.Hash(item)}` : item;
}

function compileObject(schema: TObject & { additionalProperties?: unknown }): Check {
  const known: Readonly<Record<string, TSchema>> = schema.properties;
  const required = new Set<string>(schema.required);
  const checkRequired = compileLeaf(
    Type.Object(Object.fromEntries([...required].map((name): [string, TSchema] => [name, Type.Unknown()]))),
  );
  const checks = Object.entries(known).map(([name, each]): [string, Check] => [name, compile(each)]);
  return (value, path, violations) => {
    checkRequired(value, path, violations);
    if (!isObject(value)) return;
    if (schema.additionalProperties === false) {
      for (const name of Object.keys(value)) {
        if (Object.hasOwn(known, name)) continue;
        if (violations.isFull) violations.addUnnamed();
        else violations.add(path, `must not have ${shortName(name)}`);
      }
    }
    for (const [name, check] of checks) {
      // A property that may be left out may be undefined, too.
      if (Object.hasOwn(value, name) && (required.has(name) || value[name] !== undefined)) {
        check(value[name], `${path}/${name}`, violations);
      }
    }
  };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const shortName = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);

/** The length alone first: a pattern may take long over a text of a megabyte. */
function compileText(schema: TSchema & { maxLength?: number }): Check {
  const { maxLength } = schema;
  const checkRest = compileLeaf(schema);
  if (maxLength === undefined) return checkRest;
  const checkLength = compileLeaf(Type.String({ maxLength }));
  return (value, path, violations) => {
    const before = violations.count;
    checkLength(value, path, violations);
    if (violations.count === before) checkRest(value, path, violations);
  };
}

function compileLeaf(schema: TSchema): Check {
  const validator = Compile(schema);
  return (value, path, violations) => {
    if (validator.Check(value)) return;
    if (violations.isFull) return violations.addUnnamed();
    for (const error of validator.Errors(value)) violations.add(`${path}${error.instancePath}`, explain(error));
  };
}

function explain({ message, params }: { message: string; params: object }): string {
  return 'allowedValues' in params && Array.isArray(params.allowedValues)
    ? `${message}: ${params.allowedValues.join(', ')}`
    : message;
}
