/** What tests read of an OpenAPI document. */
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  /** Empty where no token is needed. */
  readonly security?: readonly object[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
  readonly responses: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, { schema?: unknown }>> }>
  >;
}

/** Each operation with its method in capitals and its path. */
export const operationsOf = (
  document: Pick<OpenApi, 'paths'>,
): { method: string; path: string; operation: Operation }[] =>
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([verb, operation]) => ({ method: verb.toUpperCase(), path, operation })),
  );

/** The texts of all `$ref`s in a part of the document. */
export function refsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' ? [value] : refsIn(value),
  );
}

/** What a `$ref` of the document leads to, undefined when it leads nowhere. */
export function resolveRef(document: object, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  let node: unknown = document;
  for (const step of ref.slice(2).split('/')) {
    if (typeof node !== 'object' || node === null) return undefined;
    node = Reflect.get(node, step.replaceAll('~1', '/').replaceAll('~0', '~'));
  }
  return node;
}

/** A schema of the document with everything that it refers to put in its place. Ours refer to no schema in itself. */
export function inlined(document: object, node: unknown): unknown {
  if (Array.isArray(node)) return node.map((each) => inlined(document, each));
  if (typeof node !== 'object' || node === null) return node;
  if ('$ref' in node) return inlined(document, resolveRef(document, String(node.$ref)));
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inlined(document, value)]));
}
