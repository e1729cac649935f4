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

/** @param values of a statement with several WHERE clauses, which number their parameters together */
export function conditions(values: unknown[] = []): Conditions {
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

/** Escapes what LIKE takes for wildcards, with its default escape character. */
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (special) => `\\${special}`);

/** The LIKE pattern of a path filter: `*` stands for any characters; without one, the text is a prefix. */
export function pathPattern(filter: string): string {
  return filter.includes('*') ? filter.split('*').map(escapeLike).join('%') : startPattern(filter);
}

/** The LIKE pattern of texts that begin with this one. */
export const startPattern = (text: string): string => `${escapeLike(text)}%`;

/** The LIKE pattern of texts that contain this one. */
export const containsPattern = (text: string): string => `%${escapeLike(text)}%`;
