import { type Static, Type } from 'typebox';

/** What the frames of a footage lie in. */
export const containerKinds = ['folder', 'zip', 'hdf5'] as const;
export type ContainerKind = (typeof containerKinds)[number];

const Footage = {
  /** Absolute path of the folder of all footages. */
  root: Type.String(),
  /** Below it, `/` between folders. */
  filename: Type.String(),
};

/** Asks what a footage is; answered by ContainerInfo. */
const InspectRequest = Type.Object({ ask: Type.Literal('inspect'), ...Footage });

/** Asks for one frame; answered by FrameImage. */
const FrameRequest = Type.Object({
  ask: Type.Literal('frame'),
  ...Footage,
  /** From 0. */
  index: Type.Integer(),
  /** Scaled down to this width in pixels, never enlarged; without it the frame comes as it is stored. */
  width: Type.Optional(Type.Integer()),
  /** The kind of image of a scaled frame. */
  type: Type.Enum(['image/jpeg', 'image/webp']),
});

/** All that the process that reads frames is asked. */
export const FootageRequest = Type.Union([InspectRequest, FrameRequest]);
export type FootageRequest = Static<typeof FootageRequest>;
export type FrameRequest = Static<typeof FrameRequest>;

/** What a footage is. */
export const ContainerInfo = Type.Object({
  kind: Type.Enum([...containerKinds]),
  /** Frames have the indices from 0 to one less. */
  frames: Type.Integer(),
});
export type ContainerInfo = Static<typeof ContainerInfo>;

/** One frame, encoded. */
export const FrameImage = Type.Object({
  bytes: Type.Unsafe<Uint8Array>({}),
  /** Media type. */
  type: Type.String(),
});
export type FrameImage = Static<typeof FrameImage>;
