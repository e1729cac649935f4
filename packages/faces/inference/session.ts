import { readFile } from 'node:fs/promises';
import { InferenceSession } from 'onnxruntime-node';
import { openDimensions } from './open-dimensions.js';

/**
 * Loads an ONNX file for one thread of computation: several images are worked on at a time by several processes,
 * which uses the cores better than several threads on one image.
 */
export async function openSession(path: string): Promise<InferenceSession> {
  return InferenceSession.create(openDimensions(await readFile(path)), {
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

/** The values of an output; throws when the model did not give them as 32-bit floats. */
export function floats(outputs: InferenceSession.OnnxValueMapType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`the model gave no float output "${name}"`);
  return data;
}
