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

/** A model that is known byte by byte. */
export interface KnownModel {
  readonly kind: FaceModelKind;
  /** Kind and version, the first part of the name stored with results. */
  readonly version: string;
  /** Its name in the cache. */
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** YuNet of March 2023 by Shiqi Yu and others (MIT and Apache-2.0): the default. */
export const YUNET_2023: KnownModel = {
  kind: 'yunet',
  version: 'yunet-2023mar',
  fileName: 'face_detection_yunet_2023mar.onnx',
  sha256: '8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
  bytes: 232_589,
};

/** Where YuNet is had from: a commit of its authors' repository, which cannot change. */
export const YUNET_2023_URL =
  'https://github.com/ShiqiYu/libfacedetection.train/raw/02246e79b1e976c83d1e135a85e0628120c93769/onnx/yunet_s_640_640.onnx';

/**
 * MediaPipe's BlazeFace (Apache-2.0) as `convertBlazeface` makes it from `@vladmandic/human` (MIT): for machines
 * that reach only npm. A change to the converter that changes its output changes hash and size here.
 */
export const BLAZEFACE_256: KnownModel = {
  kind: 'blazeface',
  version: 'blazeface-256',
  fileName: 'blazeface_256.onnx',
  sha256: '0bca497b9e79b80bb1d605bacf2677ff57d7506d5e4b06ece970ca826be4fdd3',
  bytes: 587_887,
};

/** The name stored with results: kind, version where it is known, and the start of the content's hash. */
export function faceModelName(kind: FaceModelKind, sha256: string): string {
  const known = knownModel(sha256);
  return `${known?.version ?? kind}@${sha256.slice(0, 12)}`;
}

/** The known model with this content; undefined when it is none of them. */
export function knownModel(sha256: string): KnownModel | undefined {
  return [YUNET_2023, BLAZEFACE_256].find((model) => model.sha256 === sha256);
}
