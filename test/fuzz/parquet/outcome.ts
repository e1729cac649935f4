/** What a reader made of a file: per declared column its values as texts, or why it refused. */
export type Outcome = { readonly columns: readonly Values[] } | { readonly refused: string };

/** The values of a column, each in one way of writing that all readers here share; `null` where there is none. */
export type Values = readonly (string | null)[];

/** Where two outcomes differ, or `undefined` when they are the same rows or one of them is a refusal. */
export function findDifference(one: Outcome, other: Outcome): string | undefined {
  if ('refused' in one || 'refused' in other) return undefined;
  for (const [at, values] of one.columns.entries()) {
    const others = other.columns[at] ?? [];
    if (values.length !== others.length) return `column ${at}: ${values.length} rows, the other has ${others.length}`;
    const row = values.findIndex((value, i) => value !== others[i]);
    if (row >= 0) return `column ${at} row ${row}: ${show(values[row])}, the other has ${show(others[row])}`;
  }
  return undefined;
}

const show = (value: string | null | undefined): string => JSON.stringify(value ?? null).slice(0, 100);

/** A number as every reader here writes it: −0 is not 0. */
export const numberText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));
