/** How a value may stand to a bound. */
export const comparisons = ['>=', '<=', '>', '<', '='] as const;
export type Comparison = (typeof comparisons)[number];

/** What a frame has to have: a value of this metric, or a label of this class with a certainty, that stands so to a bound. */
export interface FrameCondition {
  /** The metric, or the class of labels. */
  readonly name: string;
  readonly comparison: Comparison;
  readonly bound: number;
}

/** Whether a value fits a condition. */
export function fitsCondition(value: number, { comparison, bound }: FrameCondition): boolean {
  switch (comparison) {
    case '>=':
      return value >= bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '<':
      return value < bound;
    case '=':
      return value === bound;
  }
}
