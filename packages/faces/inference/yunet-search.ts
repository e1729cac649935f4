import { type Static, Type } from 'typebox';

const exact = { additionalProperties: false } as const;
const Score = Type.Number({ minimum: 0, maximum: 1 });
const Side = Type.Integer({ minimum: 32, maximum: 4096 });

/**
 * How a YuNet model looks at a picture: the numbers of `search` in its model.json. No native code is loaded here.
 * docs/faces.md says how they were chosen.
 */
export const YunetSearch = Type.Object(
  {
    /**
     * The first look is at the picture's own size when its long side, in pixels, lies between these two. A long strip
     * is looked at with more: the pixels of a picture twice as wide as high.
     */
    leastSide: Side,
    mostSide: Side,
    /** Boxes that overlap more than this (intersection over union) are one face. */
    overlap: Score,
    /** A box with a score from `from` up to, not including, `to` is doubtful, and looked at again by itself. */
    closeUp: Type.Optional(
      Type.Object(
        {
          from: Score,
          to: Score,
          /** Side of what is shown, in sides of the box. */
          around: Type.Number({ minimum: 1, maximum: 10 }),
          /** Side of the raster that it is scaled to, in pixels. */
          side: Side,
          /** Most boxes of one picture that are looked at again; the better ones first. */
          most: Type.Integer({ minimum: 0, maximum: 1000 }),
        },
        exact,
      ),
    ),
    /** A picture most of whose faces are small is looked at again, larger, if it has more to show. */
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
    /** A picture in which no box reaches `below` is looked at sideways and upside down, too. */
    turn: Type.Optional(
      Type.Object(
        {
          below: Score,
          /** A picture with no box of this score at all shows nobody, whichever way it is turned, and is not turned. */
          hint: Score,
          /** The score, above that of the upright picture, which makes a turned picture the right one. */
          from: Score,
        },
        exact,
      ),
    ),
  },
  exact,
);
export type YunetSearch = Static<typeof YunetSearch>;
