import { stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';
import type { ModelDefinition } from './definition.js';
import { type FaceModel, makeFaceModel } from './face-model.js';
import { builtInModels, type ModelFolder, readModelFolder } from './folders.js';
import { sha256OfFile } from './store.js';

/** What FACE_MODEL leads to: a model of the project, whose file may still have to be had, or one of the user's. */
export type SettingModel =
  | { readonly kind: 'built-in'; readonly folder: ModelFolder }
  | {
      readonly kind: 'own';
      readonly model: FaceModel;
      /** Undefined for a lone ONNX file that no known model has. */
      readonly folder: ModelFolder | undefined;
      /** True when the file's bytes are those of a model of the project. */
      readonly known: boolean;
    };

const why = 'FACE_MODEL names it.';

/**
 * What the setting FACE_MODEL means: the name of a built-in model, the path of a model's folder, or the path of an ONNX
 * file. Nothing is downloaded and no model is loaded.
 * @throws SetupError, one line, when it is none of these
 */
export async function readSetting(setting: string): Promise<SettingModel> {
  const models = await builtInModels();
  const named = models.find(({ definition }) => definition.name === setting);
  if (named !== undefined) return { kind: 'built-in', folder: named };
  const path = resolve(setting);
  try {
    if (!isAbsolute(setting) && !/[\\/]|\.onnx$/.test(setting)) throw new Error('no built-in model has this name');
    if ((await stat(path)).isDirectory()) return await fromFolder(path);
    return await fromFile(path, models);
  } catch (error) {
    throw settingFault(setting, error);
  }
}

/** The one line for a FACE_MODEL that cannot be used. */
export function settingFault(setting: string, error: unknown): SetupError {
  const expected =
    'the name of a built-in model, the path of a folder with a model.json, or the path of an ONNX file of the YuNet kind';
  return new SetupError(
    `FACE_MODEL: expected ${expected}, got ${setting} (${messageOf(error)}); correct it or unset it.`,
    { cause: error },
  );
}

async function fromFolder(folderPath: string): Promise<SettingModel> {
  const folder = await readModelFolder(folderPath);
  const { definition } = folder;
  const path = join(folderPath, definition.file.name);
  const sha256 = await sha256OfFile(path);
  if (sha256 !== definition.file.sha256) {
    throw new Error(
      `model.json expects SHA-256 ${definition.file.sha256} of ${definition.file.name}, the file has ${sha256}`,
    );
  }
  const model = makeFaceModel(definition, { path, origin: 'setting', why, setting: folderPath });
  return { kind: 'own', model, folder, known: false };
}

async function fromFile(path: string, models: readonly ModelFolder[]): Promise<SettingModel> {
  const sha256 = await sha256OfFile(path);
  const folder = models.find(({ definition }) => definition.file.sha256 === sha256);
  const definition = folder?.definition ?? (await unknownYunet(path, sha256, models));
  const model = makeFaceModel(definition, { path, origin: 'setting', why, setting: path });
  return { kind: 'own', model, folder, known: folder !== undefined };
}

/** What is taken for granted of an ONNX file that nobody has described: it is read as YuNet is. */
async function unknownYunet(path: string, sha256: string, models: readonly ModelFolder[]): Promise<ModelDefinition> {
  const yunet = models.find(({ definition }) => definition.decode === 'yunet');
  if (yunet === undefined) throw new Error('the project has no model of the YuNet kind');
  const { definition } = yunet;
  const { size: bytes } = await stat(path);
  return {
    ...definition,
    name: 'yunet',
    title: 'A model of the YuNet kind that has no model.json',
    file: { name: 'unknown.onnx', sha256, bytes, from: [] },
    licence: {
      spdx: 'NOASSERTION',
      holder: 'not known',
      commercialUse: false,
      source: 'not known; a folder with a model.json can say it',
    },
    threshold: {
      ...definition.threshold,
      method: `Taken over from ${definition.name}, not chosen for this file.`,
    },
  };
}
