const fieldOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null && name in error ? Reflect.get(error, name) : undefined;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What an error of a run or an attempt says; undefined without one. */
export const messageOf = (error: unknown): string | undefined => textOf(fieldOf(error, 'message')) ?? textOf(error);

/** The name of an error: `TypeError`. */
export const nameOf = (error: unknown): string | undefined => textOf(fieldOf(error, 'name'));

/** The kind of what is wrong with an input. */
export const codeOf = (error: unknown): string | undefined => textOf(fieldOf(error, 'code'));

export const stackOf = (error: unknown): string | undefined => textOf(fieldOf(error, 'stack'));

/** What else an error has. */
export function restOf(error: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const rest = Object.entries(error).filter(([name]) => !['message', 'name', 'code', 'stack'].includes(name));
  return rest.length === 0 ? undefined : Object.fromEntries(rest);
}
