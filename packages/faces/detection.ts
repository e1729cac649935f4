import { type Static, Type } from 'typebox';
import { StageMillis } from './stages.js';

/** One face: its box in pixels of the shown image, within it, and the model's confidence, 0 to 1. */
export const DetectedFace = Type.Object({
  x: Type.Number(),
  y: Type.Number(),
  width: Type.Number(),
  height: Type.Number(),
  score: Type.Number(),
  /**
   * [x, y] in pixels of the shown image, by name; which there are depends on the model. Left and right are the face's
   * own.
   */
  landmarks: Type.Record(Type.String(), Type.Tuple([Type.Number(), Type.Number()])),
});

/** What was found in one image. */
export const FaceDetection = Type.Object({
  /** Size in pixels of the image as it is shown, after EXIF orientation. */
  width: Type.Integer(),
  height: Type.Integer(),
  /** `jpeg`, `png`, `webp`, `gif`, `tiff` or `avif`: what the content is, whatever the name says. */
  format: Type.String(),
  /** Best score first. */
  faces: Type.Array(DetectedFace),
  /** Name of the model that found them, as in `FaceModel.name`. */
  model: Type.String(),
  /** The lowest score that counted as a face, 0 to 1. */
  threshold: Type.Number(),
  /** Milliseconds that each stage took. */
  stages: StageMillis,
  /** MD5 of the file's bytes, hexadecimal. */
  md5: Type.String(),
});

export type DetectedFace = Static<typeof DetectedFace>;
export type FaceDetection = Static<typeof FaceDetection>;
