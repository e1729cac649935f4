/** What a run of compare-face-models found, as its task declares it. */
export interface ComparisonSummary {
  readonly a: { readonly model: string; readonly threshold: number };
  readonly b: { readonly model: string; readonly threshold: number };
  readonly compared: number;
  readonly failed: number;
  /** Per cent. */
  readonly agreement: number;
  readonly meanDifference: number;
  readonly mae: number;
  readonly matched: number;
  readonly onlyInA: number;
  readonly onlyInB: number;
  readonly differing: number;
  /** Images by the number of faces in a and in b: the 200 most frequent pairs. */
  readonly counts: readonly { readonly a: number; readonly b: number; readonly pictures: number }[];
}

/** The API says of a run's output only that it is JSON. */
export const readSummary = (value: unknown): ComparisonSummary | undefined => (isSummary(value) ? value : undefined);

function isSummary(value: unknown): value is ComparisonSummary {
  return (
    isRecord(value) &&
    [value['a'], value['b']].every((side) => isRecord(side) && typeof side['model'] === 'string') &&
    numbers.every((name) => typeof value[name] === 'number') &&
    Array.isArray(value['counts'])
  );
}

const numbers = [
  'compared',
  'failed',
  'agreement',
  'meanDifference',
  'mae',
  'matched',
  'onlyInA',
  'onlyInB',
  'differing',
];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** A model with the score from which it counts a face, in short: `yunet-n from 0.5`. */
export const sideWords = ({ model, threshold }: ComparisonSummary['a']): string =>
  `${model.replace(/@.*$/, '')} from ${threshold}`;
