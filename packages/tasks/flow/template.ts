import type { TSchema } from 'typebox';
import { Type } from 'typebox';
import { findViolations } from '#contracts/find-violations.js';
import type { ViolationList } from '#contracts/violation-list.js';
import { isObject, mayFit, type Reference, type ReferenceFault, readReference, typesOf } from './references.js';

/** Says what a reference stands for, by its schema if that is known, or why it cannot be used where it stands. */
export type FindSchema = (reference: Reference) => { readonly schema: TSchema | undefined } | ReferenceFault;

/**
 * Checks a value with references in it against the schema that it has to fit when they are replaced, as far as that can be
 * said before.
 */
export function checkTemplate(
  schema: unknown,
  template: unknown,
  path: string,
  find: FindSchema,
  violations: ViolationList,
): void {
  const reference = readReference(template);
  if (reference) {
    checkReference(schema, reference, path, find, violations);
    return;
  }
  if (!hasReferences(template)) {
    if (isObject(schema)) add(findViolations(schema, template), path, violations);
    return;
  }
  if (isObject(template)) {
    checkObject(schema, template, path, find, violations);
    return;
  }
  if (Array.isArray(template)) checkList(schema, template, path, find, violations);
}

/** A part without references is checked as a whole. */
function add(found: ViolationList, path: string, violations: ViolationList): void {
  for (const each of found.named) violations.add(`${path}${each.path}`, each.message);
}

function checkReference(
  schema: unknown,
  reference: Reference | ReferenceFault,
  path: string,
  find: FindSchema,
  violations: ViolationList,
): void {
  const found = 'fault' in reference ? reference : find(reference);
  if ('fault' in found) {
    violations.add(`${path}${found.at}`, found.fault);
    return;
  }
  const given = typesOf(found.schema);
  const wanted = typesOf(schema);
  if (mayFit(given, wanted)) return;
  const what = 'kind' in reference ? wordsOf(reference) : 'it';
  violations.add(path, `must be ${[...(wanted ?? [])].join(' or ')}; ${what} is ${[...(given ?? [])].join(' or ')}`);
}

/** A reference in words, as messages have it. */
export const wordsOf = (reference: Reference): string =>
  reference.kind === 'item'
    ? `the element at "${reference.pointer}"`
    : `the output of step "${reference.step}" at "${reference.pointer}"`;

function checkObject(
  schema: unknown,
  template: Readonly<Record<string, unknown>>,
  path: string,
  find: FindSchema,
  violations: ViolationList,
): void {
  const isKnown = isObject(schema) && Type.IsObject(schema);
  const properties: Readonly<Record<string, unknown>> = isKnown ? schema.properties : {};
  if (isKnown) {
    const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(template, name));
    if (missing.length > 0) violations.add(path, `must have required properties ${missing.join(', ')}`);
    const isClosed = Reflect.get(schema, 'additionalProperties') === false;
    for (const name of isClosed ? Object.keys(template) : []) {
      if (!Object.hasOwn(properties, name)) violations.add(path, `must not have ${JSON.stringify(name)}`);
    }
  }
  for (const [name, value] of Object.entries(template)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    checkTemplate(known, value, `${path}/${escaped(name)}`, find, violations);
  }
}

function checkList(
  schema: unknown,
  template: readonly unknown[],
  path: string,
  find: FindSchema,
  violations: ViolationList,
): void {
  const isKnown = isObject(schema) && Type.IsArray(schema);
  if (isKnown) checkLength(schema, template.length, path, violations);
  for (const [index, value] of template.entries()) {
    checkTemplate(isKnown ? schema.items : undefined, value, `${path}/${index}`, find, violations);
  }
}

function checkLength(schema: object, length: number, path: string, violations: ViolationList): void {
  const { minItems, maxItems }: { readonly minItems?: number; readonly maxItems?: number } = schema;
  if (minItems !== undefined && length < minItems) violations.add(path, `must not have fewer than ${minItems} items`);
  if (maxItems !== undefined && length > maxItems) violations.add(path, `must not have more than ${maxItems} items`);
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Whether a value has references in it. */
export function hasReferences(template: unknown): boolean {
  if (readReference(template)) return true;
  if (typeof template !== 'object' || template === null) return false;
  return Object.values(template).some(hasReferences);
}

/**
 * Replaces references by values.
 * @param replace undefined leaves a reference as it is
 */
export function fillTemplate(
  template: unknown,
  replace: (reference: Reference) => { readonly value: unknown } | undefined,
): unknown {
  const reference = readReference(template);
  if (reference) {
    const found = 'kind' in reference ? replace(reference) : undefined;
    return found ? found.value : template;
  }
  if (Array.isArray(template)) return template.map((each) => fillTemplate(each, replace));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, fillTemplate(value, replace)]));
}

/** The reference that a part of a filled template came from, by a JSON pointer to that part. */
export function originOf(template: unknown, path: string): Reference | undefined {
  const reference = readReference(template);
  if (reference) return 'kind' in reference ? reference : undefined;
  if (typeof template !== 'object' || template === null) return undefined;
  for (const [name, value] of Object.entries(template)) {
    const head = `/${escaped(name)}`;
    if (path === head || path.startsWith(`${head}/`)) return originOf(value, path.slice(head.length));
  }
  return undefined;
}
