import { type Static, Type } from 'typebox';

/**
 * How a BlazeFace model looks at an image: the numbers of `search` in its model.json. No native code is loaded here.
 */
export const BlazefaceSearch = Type.Object(
  {
    /** Long sides, in pixels, of the rasters that it looks at, the largest first. */
    longSides: Type.Array(Type.Integer({ minimum: 32, maximum: 4096 }), {
      minItems: 1,
      maxItems: 8,
      uniqueItems: true,
    }),
    /**
     * An image most of whose faces with a score of `from` have a longer side below `below`, in pixels of the largest
     * raster, is looked at with these long sides, too, up to twice its own.
     */
    small: Type.Optional(
      Type.Object(
        {
          from: Type.Number({ minimum: 0, maximum: 1 }),
          below: Type.Number({ minimum: 0, maximum: 1000 }),
          longSides: Type.Array(Type.Integer({ minimum: 32, maximum: 4096 }), { minItems: 1, maxItems: 8 }),
        },
        { additionalProperties: false },
      ),
    ),
    /** A face whose box has a longer side than this in a raster, in pixels, is not expected to be seen there. */
    largestFace: Type.Number({ minimum: 1 }),
    /** What a look scores lower is not heard. */
    candidateScore: Type.Number({ minimum: 0.01, maximum: 1 }),
    /** Boxes that overlap more than this (intersection over union) are one face. */
    overlap: Type.Number({ minimum: 0, maximum: 1 }),
    /** A box that lies by more than this share in another is a part of that face. */
    containment: Type.Number({ minimum: 0, maximum: 1 }),
    /** Where nothing is found, the image is looked at upside down, and this is the lowest score of a face there. */
    upsideDownScore: Type.Number({ minimum: 0, maximum: 1 }),
  },
  { additionalProperties: false },
);
export type BlazefaceSearch = Static<typeof BlazefaceSearch>;
