/**
 * Makes any text one that PostgreSQL can hold: it has no U+0000, and UTF-8 no half surrogates. For words about input,
 * never for the input's own values, which are refused instead.
 */
export function storableText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** A value as JSON that a jsonb column takes, its strings made storable; undefined gives null. */
export function storableJson(value: unknown): string | null {
  if (value === undefined) return null;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storableText(inner) : inner));
}
