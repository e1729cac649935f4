/** One thing that a list can be narrowed by; its value is a text of the address. */
export type Filter = {
  /** The name in the address. */
  readonly name: string;
  readonly label: string;
  /** What to write there, or what it does. */
  readonly hint?: string;
  /** Shown in the bar at all times; the others are behind "More filters". */
  readonly isMain?: boolean;
} & (
  | { readonly kind: 'text' }
  | { readonly kind: 'number'; readonly unit?: string }
  /** An instant. */
  | { readonly kind: 'time' }
  /** A day: 2023-01-31 */
  | { readonly kind: 'date' }
  /** A time of a clock that has no zone: 2023-01-31T12:00:00 */
  | { readonly kind: 'clock' }
  /** A text of which the list knows the ones that there are. */
  | {
      readonly kind: 'known';
      /** Names where they are looked up. */
      readonly from: string;
      find(part: string, signal: AbortSignal): Promise<readonly string[]>;
    }
  /** One of these, or with `isMany` several, with commas between them. */
  | { readonly kind: 'choice'; readonly options: readonly Option[]; readonly isMany?: boolean }
);

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** The filters that are set. */
export const setFilters = (
  filters: readonly Filter[],
  values: Readonly<Record<string, string | undefined>>,
): readonly { readonly filter: Filter; readonly value: string }[] =>
  filters.flatMap((filter) => {
    const value = values[filter.name];
    return value === undefined || value === '' ? [] : [{ filter, value }];
  });

/** How a filter's value is said to people. */
export function wordsOfValue(filter: Filter, value: string): string {
  if (filter.kind === 'choice') {
    return value
      .split(',')
      .map((each) => filter.options.find((option) => option.value === each)?.label ?? each)
      .join(' or ');
  }
  if (filter.kind === 'time') return Number.isNaN(Date.parse(value)) ? value : new Date(value).toLocaleString();
  if (filter.kind === 'clock') return value.replace('T', ' ');
  return filter.kind === 'number' && filter.unit !== undefined ? `${value} ${filter.unit}` : value;
}
