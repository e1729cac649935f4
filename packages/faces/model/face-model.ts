import { createHash } from 'node:crypto';
import type { LoadableModel, ModelDefinition, ModelLicence } from './definition.js';

/** A face model on this machine, checked and ready to load. Plain data. */
export interface FaceModel extends LoadableModel {
  /** How its file is had, read and decoded; `file` in it is this file. */
  readonly definition: ModelDefinition;
  /** Where it came from in this start. */
  readonly origin: 'setting' | 'cache' | 'download' | 'npm';
  /** One sentence for people: why it is this one. */
  readonly why: string;
  /** Stored with each result; see `faceModelName`. */
  readonly name: string;
  /** The lowest score that counts as a face, unless another is asked for. */
  readonly threshold: number;
  readonly licence: ModelLicence;
  /** The value of FACE_MODEL that leads to this model again: a built-in model's name, or a path. */
  readonly setting: string;
}

/** A model whose file lies at `path`. */
export function makeFaceModel(
  definition: ModelDefinition,
  location: Pick<FaceModel, 'path' | 'origin' | 'why' | 'setting'>,
): FaceModel {
  const { file, threshold, licence } = definition;
  const { path, origin, why, setting } = location;
  return {
    definition,
    path,
    origin,
    why,
    setting,
    sha256: file.sha256,
    name: faceModelName(definition),
    threshold: threshold.score,
    licence,
  };
}

/** JSON with the keys of every object in order, so that equal contents make equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * The name stored with results, for example `yunet-2023mar@5a1c09d27be4`: the model's name and the start of a SHA-256
 * over all that decides what it finds (the file's hash, input, decoding, threshold, search). Results with the same
 * name were made in the same way; words about the model may change without changing it.
 */
export function faceModelName(definition: ModelDefinition): string {
  const { name, file, input, decode, threshold, search } = definition;
  const deciding = { sha256: file.sha256, input, decode, threshold: threshold.score, search };
  return `${name}@${createHash('sha256').update(canonical(deciding)).digest('hex').slice(0, 12)}`;
}

/** The model with another threshold, and the name that goes with it. */
export function withThreshold(model: FaceModel, score: number): FaceModel {
  if (score === model.threshold) return model;
  const threshold = { score, method: 'Asked for.', data: 'None.' };
  return makeFaceModel({ ...model.definition, threshold }, model);
}
