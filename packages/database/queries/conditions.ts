/** Collects the conditions of a WHERE clause and their parameters; values never become part of the SQL text. */
export interface Conditions {
  /** Parameters in the order of their numbers. */
  readonly values: unknown[];
  /** Registers a parameter. @returns its placeholder, for example `$3` */
  param(value: unknown): string;
  /** Adds a condition unless the value is undefined. */
  when<T>(value: T | undefined, condition: (placeholder: string) => string): void;
  /** Adds a condition that has its parameters already. */
  and(condition: string): void;
  /** All conditions joined, `true` when there is none. */
  sql(): string;
}

export function conditions(): Conditions {
  const values: unknown[] = [];
  const parts: string[] = [];
  const param = (value: unknown): string => `$${values.push(value)}`;
  return {
    values,
    param,
    when(value, condition) {
      if (value !== undefined) parts.push(condition(param(value)));
    },
    and(condition) {
      parts.push(condition);
    },
    sql: () => (parts.length === 0 ? 'true' : parts.map((part) => `(${part})`).join(' AND ')),
  };
}
