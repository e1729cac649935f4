/** What stands in the input of a flow's step for a value that is known later (docs/flows.md). */
export type Reference =
  | { readonly kind: 'output'; readonly step: string; readonly pointer: string }
  | { readonly kind: 'item'; readonly pointer: string };

/** A place in an output of an earlier step, or in the element of `forEach`, that may be referred to. */
export interface Referable {
  readonly reference: Reference;
  /** What is there, as its schema describes it. */
  readonly about?: string | undefined;
}

/** A value as a reference; undefined if it is none. */
export function readReference(value: unknown): Reference | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if ('$output' in value && typeof value.$output === 'string') {
    const pointer = 'pointer' in value && typeof value.pointer === 'string' ? value.pointer : '';
    return { kind: 'output', step: value.$output, pointer };
  }
  if ('$item' in value && typeof value.$item === 'string') return { kind: 'item', pointer: value.$item };
  return undefined;
}

/** A reference as it stands in an input. */
export const writeReference = (reference: Reference): object =>
  reference.kind === 'item'
    ? { $item: reference.pointer }
    : { $output: reference.step, ...(reference.pointer === '' ? {} : { pointer: reference.pointer }) };

/** Whether a value has references in it. */
export const hasReference = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (readReference(value) !== undefined || Object.values(value).some(hasReference));

/** A reference in words. */
export const wordsOfReference = (reference: Reference): string =>
  `${reference.kind === 'item' ? 'element' : reference.step}${reference.pointer === '' ? '' : ` → ${reference.pointer.slice(1).replaceAll('/', ' → ')}`}`;
