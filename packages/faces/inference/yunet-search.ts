import { type Static, Type } from 'typebox';
import { JudgeWeights } from './judge-weights.js';

const exact = { additionalProperties: false } as const;
const Score = Type.Number({ minimum: 0, maximum: 1 });
const Side = Type.Integer({ minimum: 32, maximum: 4096 });

/**
 * How a YuNet model looks at an image: the numbers of `search` in its model.json. No native code is loaded here.
 * docs/faces.md says how they were chosen.
 */
export const YunetSearch = Type.Object(
  {
    /**
     * The first look is at the image's own size when its long side, in pixels, lies between these two. A long strip
     * is looked at with more: the pixels of an image twice as wide as high.
     */
    leastSide: Side,
    mostSide: Side,
    /** Boxes that overlap more than this (intersection over union) are one face. */
    overlap: Score,
    /**
     * What a box's score becomes: the probability that it is a face, from what the looks and the other boxes of the
     * image say (`judge.ts`). Without it, the network's score stays.
     */
    judge: Type.Optional(
      Type.Object(
        {
          /** A box that the network gives less than this is none. */
          from: Score,
          /** One that the network gives this is a clear face, against which others are held. */
          clear: Score,
          /** After the first look. */
          first: JudgeWeights,
          /** A probability from `sure` up to 1 − `sure` is in doubt: such a box is looked at closer. */
          sure: Type.Number({ minimum: 0, maximum: 0.5 }),
          /** Most boxes of one image that are looked at closer; the better ones first. */
          most: Type.Integer({ minimum: 0, maximum: 1000 }),
          /** Closer looks, one after the other as long as the box is in doubt. */
          closer: Type.Array(
            Type.Object(
              {
                /** Side of what is shown, in sides of the box. */
                around: Type.Number({ minimum: 1, maximum: 10 }),
                /** Side of the raster that it is scaled to, in pixels. */
                side: Side,
                mirrored: Type.Boolean(),
                /** After this look. */
                weights: JudgeWeights,
                /** Of the logits of the scores in the closer looks up to this one, in their order. */
                looks: Type.Array(Type.Number(), { minItems: 1, maxItems: 10 }),
              },
              exact,
            ),
            { minItems: 1, maxItems: 10 },
          ),
        },
        exact,
      ),
    ),
    /** An image most of whose faces are small is looked at again, larger, if it has more to show. */
    small: Type.Optional(
      Type.Object(
        {
          /** Faces are the boxes with this score; small ones are smaller than `below`, in pixels of the first look. */
          from: Score,
          below: Type.Number({ minimum: 0, maximum: 1000 }),
          /** The most that the long side of the larger look may be. */
          side: Side,
        },
        exact,
      ),
    ),
    /** An image that shows no clear face, or leaves a box in doubt, is looked at sideways and upside down, too. */
    turn: Type.Optional(
      Type.Object(
        {
          /** An image with a box of this score stands upright. */
          below: Score,
          /** An image with no box of this score at all shows nobody, whichever way it is turned, and is not turned. */
          hint: Score,
          /** The score, above that of the upright image, which makes a turned image the right one. */
          from: Score,
          /**
           * The score of a box, at half the size, where none was found upright, for which a turn is looked at as a
           * whole.
           */
          seen: Score,
          /** The score with which such a box is added, if each closer look gives it `confirm`, too. */
          add: Score,
          confirm: Score,
        },
        exact,
      ),
    ),
  },
  exact,
);
export type YunetSearch = Static<typeof YunetSearch>;
