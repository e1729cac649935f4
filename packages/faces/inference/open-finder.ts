import type { InferenceSession } from 'onnxruntime-node';
import type { ModelDefinition } from '../model/definition.js';
import { createBlazefaceFinder } from './blazeface-finder.js';
import { createBlazefaceNetwork, isBlazeface } from './blazeface-network.js';
import type { FaceFinder } from './face-finder.js';
import { openSession } from './session.js';
import { createYunetFinder } from './yunet-finder.js';
import { createYunetNetwork, isYunet } from './yunet-network.js';

function refuse(session: InferenceSession, expected: string): never {
  const outputs = session.outputNames.slice(0, 6).join(', ');
  throw new Error(`its inputs and outputs are not those of ${expected}; its outputs are ${outputs}`);
}

/**
 * Loads the ONNX file at `path` and makes it ready to find faces in the way that its definition says. Rejects when the
 * file does not load, or is not of the kind that `decode` names.
 */
export async function createFinder(definition: ModelDefinition, path: string): Promise<FaceFinder> {
  const session = await openSession(path);
  if (definition.decode === 'yunet') {
    if (!isYunet(session)) refuse(session, 'YuNet');
    return createYunetFinder(createYunetNetwork(session, definition.input), definition.search);
  }
  if (!isBlazeface(session)) refuse(session, 'our BlazeFace');
  return createBlazefaceFinder(createBlazefaceNetwork(session, definition.input), definition.search);
}
