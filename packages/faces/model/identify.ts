import { FaceChild } from '../children/child-process.js';
import { type FaceModelKind, knownModel } from './face-model.js';

/**
 * Which decoder fits the ONNX file at `path`; rejects, with the reason, when it does not load or none fits. A file
 * that is not known by its hash is loaded in a child, so that the native runtime stays out of this process.
 */
export async function identifyModel(path: string, sha256: string, signal?: AbortSignal): Promise<FaceModelKind> {
  const known = knownModel(sha256);
  if (known !== undefined) return known.kind;
  const { child, kind } = await FaceChild.start({ type: 'open', path, name: '', maxPixels: 0 }, signal);
  await child.kill();
  return kind;
}
