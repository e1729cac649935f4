import { FaceProcess } from '../children/face-process.js';
import type { FaceModel } from './face-model.js';

/**
 * Rejects, with the reason, when the model does not load or its outputs are not those that its definition says. It is
 * loaded in a child, so that the native runtime stays out of this process.
 */
export async function tryModel(model: FaceModel, signal?: AbortSignal): Promise<void> {
  const { path, sha256, name, definition } = model;
  const open = { type: 'open', model: { path, sha256, name, definition }, maxPixels: 1 } as const;
  const child = await FaceProcess.start(open, signal);
  await child.kill();
}
