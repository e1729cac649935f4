import type { TSchema } from 'typebox';

/** What stands in an input for a value that is known later. */
export type Reference =
  | { readonly kind: 'output'; readonly step: string; readonly pointer: string }
  | { readonly kind: 'item'; readonly pointer: string };

/** Why an object that looks like a reference is none; `at` is a JSON pointer from it. */
export interface ReferenceFault {
  readonly at: string;
  readonly fault: string;
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Source: RFC 6901, section 3. */
const pointerSyntax = /^(\/([^~/]|~[01])*)*$/;

/** A value as a reference; undefined if it does not look like one: `$output` and `$item` stand nowhere else. */
export function readReference(value: unknown): Reference | ReferenceFault | undefined {
  if (!isObject(value)) return undefined;
  if (Object.hasOwn(value, '$output')) {
    const { $output: step, pointer = '', ...rest } = value;
    if (typeof step !== 'string') return { at: '/$output', fault: 'must be the key of a step' };
    return extraFault(rest) ?? pointerFault(pointer, '/pointer') ?? { kind: 'output', step, pointer: String(pointer) };
  }
  if (Object.hasOwn(value, '$item')) {
    const { $item: pointer, ...rest } = value;
    return extraFault(rest) ?? pointerFault(pointer, '/$item') ?? { kind: 'item', pointer: String(pointer) };
  }
  return undefined;
}

function extraFault(rest: object): ReferenceFault | undefined {
  const [extra] = Object.keys(rest);
  return extra === undefined
    ? undefined
    : { at: '', fault: `must not have ${JSON.stringify(extra)} beside a reference` };
}

function pointerFault(pointer: unknown, at: string): ReferenceFault | undefined {
  if (typeof pointer === 'string' && pointerSyntax.test(pointer)) return undefined;
  return {
    at,
    fault: `must be a JSON pointer, "" or such as "/rows/0" with ~0 for ~ and ~1 for /, got ${JSON.stringify(pointer)}`,
  };
}

const tokensOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));

const isIndex = (token: string): boolean => /^(0|[1-9][0-9]*)$/.test(token);

/** The value at a pointer, undefined if there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  let found = value;
  for (const token of tokensOf(pointer)) {
    if (Array.isArray(found)) found = isIndex(token) ? found[Number(token)] : undefined;
    else found = isObject(found) && Object.hasOwn(found, token) ? found[token] : undefined;
  }
  return found;
}

/** What a schema says of the values at a pointer. */
export type SchemaAt =
  | { readonly kind: 'known'; readonly schema: TSchema }
  /** Anything may be there, as far as the schema says. */
  | { readonly kind: 'unknown' }
  /** Nothing is there; `names` are those that are, where it ends. */
  | { readonly kind: 'none'; readonly names: readonly string[] };

/** A property that an object's schema does not name counts as none, unless the schema says what others may be. */
export function schemaAt(schema: TSchema, pointer: string): SchemaAt {
  let found: TSchema = schema;
  for (const token of tokensOf(pointer)) {
    const next = schemaOf(found, token);
    if (next.kind !== 'known') return next;
    found = next.schema;
  }
  return { kind: 'known', schema: found };
}

function schemaOf(schema: TSchema, token: string): SchemaAt {
  const { type, properties, patternProperties, additionalProperties, items }: SchemaWords = schema;
  if (type === 'object') {
    if (isObject(properties) && Object.hasOwn(properties, token)) return known(properties[token]);
    const others = isObject(patternProperties) ? Object.values(patternProperties) : [];
    if (others.length === 1) return known(others[0]);
    if (others.length > 1 || additionalProperties === true || !isObject(properties)) return { kind: 'unknown' };
    if (isObject(additionalProperties)) return known(additionalProperties);
    return { kind: 'none', names: Object.keys(properties) };
  }
  if (type === 'array') return isIndex(token) ? known(items) : { kind: 'none', names: ['0', '1', '…'] };
  return typeof type === 'string' ? { kind: 'none', names: [] } : { kind: 'unknown' };
}

interface SchemaWords {
  readonly type?: unknown;
  readonly properties?: unknown;
  readonly patternProperties?: unknown;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly anyOf?: unknown;
  readonly enum?: unknown;
  readonly const?: unknown;
}

const known = (schema: unknown): SchemaAt => (isObject(schema) ? { kind: 'known', schema } : { kind: 'unknown' });

/** The types that values of a schema may have, in the words of JSON Schema; undefined if that is not easily said. */
export function typesOf(schema: unknown): ReadonlySet<string> | undefined {
  if (!isObject(schema)) return undefined;
  const { type, anyOf, enum: values, const: only }: SchemaWords = schema;
  if (typeof type === 'string') return new Set([type]);
  if (only !== undefined) return new Set([typeOf(only)]);
  if (Array.isArray(values)) return new Set(values.map(typeOf));
  if (!Array.isArray(anyOf)) return undefined;
  const all = anyOf.map(typesOf);
  return all.some((each) => each === undefined) ? undefined : new Set(all.flatMap((each) => [...(each ?? [])]));
}

/** Whether a value of one of the first types may be of one of the others. */
export function mayFit(given: ReadonlySet<string> | undefined, wanted: ReadonlySet<string> | undefined): boolean {
  if (!given || !wanted) return true;
  const numbers = ['integer', 'number'];
  const isNumber = (types: ReadonlySet<string>): boolean => numbers.some((each) => types.has(each));
  return [...given].some((type) => wanted.has(type)) || (isNumber(given) && isNumber(wanted));
}

/** A value's type in the words of JSON Schema. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
