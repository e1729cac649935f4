import { SetupError } from '#contracts/errors.js';
import type { ModelDefinition } from './definition.js';
import { type FaceModel, makeFaceModel } from './face-model.js';
import { builtInModels, type ModelFolder } from './folders.js';
import { readSetting, settingFault } from './from-setting.js';
import { type ObtainOptions, obtainModel, UnobtainableError } from './obtain.js';
import { tryModel } from './try-model.js';

/** Where to look for a face model. */
export interface ResolveOptions extends ObtainOptions {
  /** The setting FACE_MODEL: the name of a built-in model, or the path of a model's folder or of an ONNX file. */
  readonly faceModel?: string;
}

/** Built-in models that are chosen by default, the best first; the next one where the one before cannot be had. */
export const defaultModels: readonly string[] = ['yunet-n', 'yunet-2023mar', 'blazeface-256'];

/** The built-in models that are chosen by default, in their order: none whose licence forbids commercial use. */
export function defaultsAmong(models: readonly ModelFolder[]): ModelDefinition[] {
  return defaultModels
    .flatMap((name) => models.find(({ definition }) => definition.name === name)?.definition ?? [])
    .filter(({ licence }) => licence.commercialUse);
}

/**
 * The face model to use: the one that FACE_MODEL names, else the first of the defaults whose file is in the data
 * directory's cache or can be had, so that a machine that reaches only npm detects faces too. Every file is checked
 * against its model.json's SHA-256, and a model that is not the project's own is loaded once, to see that it loads.
 * Safe in several processes at once.
 * Throws SetupError, one line that names the setting to change, when there is none; the signal's reason on abort.
 */
export async function resolveFaceModel(options: ResolveOptions): Promise<FaceModel> {
  return options.faceModel === undefined ? firstDefault(options) : fromSetting(options.faceModel, options);
}

/**
 * The model of this name, as `GET /api/face-models` lists it: the one that FACE_MODEL leads to if that is its name,
 * else a built-in one. Undefined: there is no such model. Otherwise like `resolveFaceModel`.
 */
export async function resolveNamedModel(name: string, options: ResolveOptions): Promise<FaceModel | undefined> {
  const { faceModel } = options;
  const setting = faceModel === undefined ? undefined : await readSetting(faceModel);
  if (faceModel !== undefined && setting?.kind === 'own' && setting.model.definition.name === name) {
    return fromSetting(faceModel, options);
  }
  const models = await builtInModels();
  if (!models.some(({ definition }) => definition.name === name)) return undefined;
  return fromSetting(name, options);
}

async function fromSetting(setting: string, options: ResolveOptions): Promise<FaceModel> {
  const { signal } = options;
  const read = await readSetting(setting);
  const model = read.kind === 'own' ? read.model : await builtIn(read.folder.definition, options);
  if (read.kind === 'own' && !read.known) {
    await tryModel(model, signal).catch((error: unknown) => {
      signal?.throwIfAborted();
      throw settingFault(setting, error);
    });
  }
  warnOfLicence(model, options);
  return model;
}

async function builtIn(definition: ModelDefinition, options: ResolveOptions): Promise<FaceModel> {
  try {
    const { path, origin, how } = await obtainModel(definition, options);
    return makeFaceModel(definition, {
      path,
      origin,
      why: `FACE_MODEL names it; its file was ${how}.`,
      setting: definition.name,
    });
  } catch (error) {
    if (!(error instanceof UnobtainableError)) throw error;
    throw new SetupError(
      `FACE_MODEL: the file of ${definition.name} cannot be had. ${error.message}. Name another model, or give the path of its ONNX file.`,
      { cause: error },
    );
  }
}

async function firstDefault(options: ResolveOptions): Promise<FaceModel> {
  const failures: string[] = [];
  for (const definition of defaultsAmong(await builtInModels())) {
    try {
      const { path, origin, how } = await obtainModel(definition, options);
      const why =
        failures.length === 0
          ? `It is the default, ${how}.`
          : `${failures.join('; ')}, so ${definition.title} is used, ${how}, which counts the faces of somewhat fewer images right.`;
      return makeFaceModel(definition, { path, origin, why, setting: definition.name });
    } catch (error) {
      if (!(error instanceof UnobtainableError)) throw error;
      failures.push(error.message);
    }
  }
  throw new SetupError(
    `FACE_MODEL: no face model can be had. ${failures.join('; ')}. Give FACE_MODEL the path of a YuNet ONNX file, or repair the installation with npm ci.`,
  );
}

function warnOfLicence({ name, licence }: FaceModel, { log }: ResolveOptions): void {
  if (licence.commercialUse) return;
  log(
    `the face model ${name} may not be used commercially as far as is known: licence ${licence.spdx}, holder ${licence.holder}, source ${licence.source}`,
  );
}
