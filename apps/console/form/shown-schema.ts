import type { RJSFSchema } from '@rjsf/utils';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const cache = new WeakMap<object, RJSFSchema>();

/** A schema as the form shows it: each kind of a union has a name. Made once per schema, so that the form keeps its state. */
export function shownSchema(schema: object): RJSFSchema {
  let shown = cache.get(schema);
  if (!shown) {
    shown = nameKinds(schema);
    cache.set(schema, shown);
  }
  return shown;
}

function nameKinds(schema: unknown): RJSFSchema {
  if (!isObject(schema)) return {};
  const shown: Record<string, unknown> = { ...schema };
  for (const key of ['anyOf', 'oneOf']) {
    const kinds = schema[key];
    if (Array.isArray(kinds)) shown[key] = kinds.map((kind) => ({ title: nameOf(kind), ...nameKinds(kind) }));
  }
  for (const key of ['properties', 'patternProperties', '$defs', 'definitions']) {
    const parts = schema[key];
    if (isObject(parts))
      shown[key] = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, nameKinds(part)]));
  }
  for (const key of ['items', 'additionalProperties']) if (isObject(schema[key])) shown[key] = nameKinds(schema[key]);
  return shown;
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'whole number',
  boolean: 'yes or no',
  array: 'list',
  object: 'object',
  null: 'nothing (null)',
};

/** What a kind of a union is called. */
function nameOf(kind: unknown): string {
  if (!isObject(kind)) return 'anything';
  if (typeof kind['title'] === 'string') return kind['title'];
  if ('const' in kind) return JSON.stringify(kind['const']);
  if (Array.isArray(kind['enum'])) return kind['enum'].map((each) => JSON.stringify(each)).join(' or ');
  const { type, properties } = kind;
  if (type === 'object' && isObject(properties)) return `object with ${Object.keys(properties).slice(0, 3).join(', ')}`;
  return names[String(type)] ?? 'anything';
}

/** Nothing is said of the value: it is written as JSON. */
export const isFree = (schema: RJSFSchema): boolean =>
  !['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref', 'properties', 'items'].some((key) => key in schema);

/** A list of texts or numbers, which is written one per line. */
export function scalarOfList(schema: RJSFSchema): 'string' | 'number' | undefined {
  const { type, items } = schema;
  if (type !== 'array' || !isObject(items) || 'enum' in items || 'anyOf' in items || 'oneOf' in items) return undefined;
  if (items['type'] === 'string' && items['format'] === undefined) return 'string';
  return items['type'] === 'number' || items['type'] === 'integer' ? 'number' : undefined;
}
