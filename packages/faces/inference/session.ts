import { InferenceSession } from 'onnxruntime-node';
import { BLAZEFACE_NAMES, BLAZEFACE_SIZE } from '../model/blazeface-shape.js';
import type { FaceModelKind } from '../model/face-model.js';
import { YUNET_STRIDES } from './yunet.js';

/**
 * Loads an ONNX file for one thread of computation: several pictures are worked on at a time by several processes,
 * which uses the cores better than several threads on one picture.
 */
export function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(path, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    // 3: errors only. Warnings about the model's unused constants are for its makers.
    logSeverityLevel: 3,
  });
}

/** The dimensions of an input or output of the model; a dimension that is left open is a string; undefined: no such. */
export function shapeOf(session: InferenceSession, name: string): readonly (number | string)[] | undefined {
  const found = [...session.inputMetadata, ...session.outputMetadata].find((value) => value.name === name);
  return found?.isTensor === true && found.type === 'float32' ? found.shape : undefined;
}

/** Which decoder fits the model, told by the names and shapes of its inputs and outputs; undefined: none. */
export function modelKind(session: InferenceSession): FaceModelKind | undefined {
  const { inputNames, outputNames } = session;
  const [input = ''] = inputNames;
  if (inputNames.length !== 1) return undefined;
  const [, channels, height, width] = shapeOf(session, input) ?? [];
  if (channels !== 3) return undefined;
  if (input === BLAZEFACE_NAMES.input) {
    const known = [BLAZEFACE_NAMES.scores, BLAZEFACE_NAMES.boxes].every((name) => outputNames.includes(name));
    return known && width === BLAZEFACE_SIZE && height === BLAZEFACE_SIZE ? 'blazeface' : undefined;
  }
  const wanted = YUNET_STRIDES.flatMap((stride) => [`cls_${stride}`, `obj_${stride}`, `bbox_${stride}`]);
  const fits = (side: number | string | undefined) => typeof side !== 'number' || side < 1 || side % 32 === 0;
  return wanted.every((name) => outputNames.includes(name)) && fits(width) && fits(height) ? 'yunet' : undefined;
}
