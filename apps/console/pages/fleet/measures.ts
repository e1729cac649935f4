import { colourOf } from '../../charts/colours.js';

/** Rows (how often something was reported) or the sum of their values (how many objects). */
export type Measure = 'objects' | 'reports';

export const measures: readonly { readonly value: Measure; readonly label: string }[] = [
  { value: 'objects', label: 'Objects' },
  { value: 'reports', label: 'Reports' },
];

export const measureOf = (text: string | undefined): Measure => (text === 'reports' ? 'reports' : 'objects');

/** What the API sums up as one group, since there are too many types. */
export const othersLabel = 'all others';

/** A type has the same colour in each chart, whatever is shown beside it. */
export const typeColour = (types: readonly string[], type: string): string =>
  type === othersLabel ? '#868e96' : colourOf(type, Math.max(0, types.indexOf(type)));
