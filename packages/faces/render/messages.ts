import { type Static, Type } from 'typebox';
import { Annotation } from './annotation.js';

/** The kinds of image that are sent to browsers, as media types. */
export const imageTypes = ['image/jpeg', 'image/webp'] as const;

/** One of `imageTypes`. */
export type ImageType = (typeof imageTypes)[number];

/** An image to be rendered; answered by its bytes, a Uint8Array. */
export const RenderRequest = Type.Object({
  /** Absolute path of the source. */
  path: Type.String(),
  /** Which file lies there, as `identityOf` has it; another one is not read. */
  identity: Type.Optional(Type.String()),
  /** Side of the square that the image is made to fit, in pixels; it is never enlarged. */
  side: Type.Integer(),
  type: Type.Enum(['image/jpeg', 'image/webp']),
  /** Without it the image is only scaled. */
  annotation: Type.Optional(Annotation),
});

export type RenderRequest = Static<typeof RenderRequest>;
