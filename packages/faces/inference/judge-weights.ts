import { type Static, Type } from 'typebox';

/** What is measured of a box; `judge.ts` says how. */
export const MEASURES = ['score', 'size', 'small', 'relative', 'smaller', 'alone', 'crowd', 'covered'] as const;
export type Measure = (typeof MEASURES)[number];

const weight = Type.Number();

/** Weights of a logistic regression: the logit of the probability is their sum with the measures, and `bias`. */
export const JudgeWeights = Type.Object(
  {
    bias: weight,
    score: weight,
    size: weight,
    small: weight,
    relative: weight,
    smaller: weight,
    alone: weight,
    crowd: weight,
    covered: weight,
  } satisfies Record<Measure | 'bias', typeof weight>,
  { additionalProperties: false },
);
export type JudgeWeights = Static<typeof JudgeWeights>;
