/** Where tests find the real model and the real photos, which are not part of the project. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// From dist/packages/faces/testing up to the project, and to the folder beside it.
const SHARED = new URL('../../../../../shared/', import.meta.url);

/** Path of YuNet-n, the default model. */
export const YUNET_PATH = fileURLToPath(new URL('models/yunet_n_640_640.onnx', SHARED));
/** Path of YuNet of March 2023, the smaller one. */
export const YUNET_2023_PATH = fileURLToPath(new URL('models/face_detection_yunet_2023mar.onnx', SHARED));
/** Folder of the photos with known counts. */
export const PHOTOS = fileURLToPath(new URL('photos/', SHARED));
/** Folder of photographs of groups with counts of heads, for measuring only. */
export const GROUPS = fileURLToPath(new URL('groups/', SHARED));
/** Folder of odd images, and of `truth.csv`: what other readers make of them. */
export const ODD_IMAGES = fileURLToPath(new URL('odd/pictures/', SHARED));

/** `skip` for a test that needs these files: false when all are there, else which one is not. */
export function unlessPresent(...paths: string[]): string | false {
  const absent = paths.find((path) => !existsSync(path));
  return absent === undefined ? false : `SKIPPED, NOTHING WAS TESTED: it needs ${absent}, which is not here`;
}
