/** Where a schema carries its name. A symbol: no validator and no serializer sees it. */
const nameKey = Symbol('component');

/** An option of a schema: in the OpenAPI document it stands once, under this name, and elsewhere as a `$ref` to that. */
export const component = (name: string): Readonly<Record<symbol, string>> => ({ [nameKey]: name });

/** The name that `component` gave to a schema. */
export function componentName(schema: object): string | undefined {
  const name: unknown = Reflect.get(schema, nameKey);
  return typeof name === 'string' ? name : undefined;
}
