/** Where a schema carries its name. A symbol: no validator and no serializer sees it. */
const nameKey = Symbol('component');

/**
 * Options of a schema: in the OpenAPI document it stands once, under this name, and elsewhere as a `$ref` to that.
 * @param description in words; what is answered as a whole needs one
 */
export const component = (name: string, description?: string): { description?: string; [key: symbol]: string } => ({
  [nameKey]: name,
  ...(description === undefined ? {} : { description }),
});

/** The name that `component` gave to a schema. */
export function componentName(schema: object): string | undefined {
  const name: unknown = Reflect.get(schema, nameKey);
  return typeof name === 'string' ? name : undefined;
}
