/** Which way a model's outputs are decoded. */
export type FaceModelKind = 'yunet' | 'blazeface';

/** A face model on this machine, checked and ready to load. */
export interface FaceModel {
  readonly kind: FaceModelKind;
  /** Absolute path of the ONNX file. */
  readonly path: string;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** Where it came from in this start. */
  readonly origin: 'setting' | 'cache' | 'download' | 'npm';
  /** One sentence for people: why it is this one. */
  readonly why: string;
  /** Stored with each result; depends on the file's content alone, for example `yunet-2023mar@8f2383e4dd3c`. */
  readonly name: string;
}

/**
 * The default model: YuNet of March 2023 by Shiqi Yu and others (MIT and Apache-2.0), at a commit of its authors'
 * repository that cannot change.
 */
export const PINNED_MODEL = {
  kind: 'yunet',
  fileName: 'face_detection_yunet_2023mar.onnx',
  url: 'https://github.com/ShiqiYu/libfacedetection.train/raw/02246e79b1e976c83d1e135a85e0628120c93769/onnx/yunet_s_640_640.onnx',
  sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
  bytes: 232_589,
} as const;

/** The name stored with results: the kind, the version where it is known, and the start of the content's hash. */
export function faceModelName(kind: FaceModelKind, sha256: string): string {
  const version = sha256 === PINNED_MODEL.sha256 ? '-2023mar' : '';
  return `${kind}${version}@${sha256.slice(0, 12)}`;
}
