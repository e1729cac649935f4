import { messageOf } from '#contracts/errors.js';
import { cachedPath, liesThere } from './cache.js';
import type { ModelDefinition } from './definition.js';
import { faceModelName } from './face-model.js';
import { builtInModels, type ModelFolder, readLicenceText } from './folders.js';
import { readSetting, type SettingModel } from './from-setting.js';
import { defaultsAmong } from './resolve.js';

/** A face model that this installation knows. */
export interface ListedModel {
  readonly definition: ModelDefinition;
  /** The name stored with results, which changes with the file, the threshold and the search. */
  readonly version: string;
  readonly licenceText: string | null;
  readonly builtIn: boolean;
  /** Its file is on this machine. */
  readonly present: boolean;
  /** It is the one that looks at new images; of the defaults the first whose file is here. */
  readonly inUse: boolean;
}

/**
 * The built-in models and the one that FACE_MODEL leads to, from plain files: no model is loaded and nothing
 * downloaded. `fault` says why FACE_MODEL leads nowhere; workers do not start then.
 */
export async function listFaceModels(options: {
  readonly faceModel?: string | undefined;
  readonly dataDir: string;
}): Promise<{ readonly models: ListedModel[]; readonly fault: string | null }> {
  const folders = await builtInModels();
  const { setting, fault } = await settingOf(options.faceModel);
  const own = setting?.kind === 'own' ? setting : undefined;
  const listed = await Promise.all(
    folders.map(async ({ definition }) => ({
      definition,
      version: faceModelName(definition),
      present: await liesThere(cachedPath(options.dataDir, definition), definition),
    })),
  );
  const used = usedVersion(listed, options.faceModel, setting, folders);
  const models = await Promise.all(
    listed.map(async (model, index) => ({
      ...model,
      present: model.present || own?.model.name === model.version,
      licenceText: await textOf(folders[index]),
      builtIn: true,
      inUse: model.version === used,
    })),
  );
  if (own === undefined || own.known) return { models, fault };
  const { definition, name: version } = own.model;
  const licenceText = await textOf(own.folder);
  const mine = { definition, version, licenceText, builtIn: false, present: true, inUse: true };
  return { models: [mine, ...models], fault };
}

async function settingOf(
  faceModel: string | undefined,
): Promise<{ readonly setting?: SettingModel; readonly fault: string | null }> {
  if (faceModel === undefined) return { fault: null };
  try {
    return { setting: await readSetting(faceModel), fault: null };
  } catch (error) {
    return { fault: messageOf(error) };
  }
}

function usedVersion(
  listed: readonly { readonly version: string; readonly present: boolean }[],
  faceModel: string | undefined,
  setting: SettingModel | undefined,
  folders: readonly ModelFolder[],
): string | undefined {
  if (setting !== undefined) {
    return setting.kind === 'own' ? setting.model.name : faceModelName(setting.folder.definition);
  }
  if (faceModel !== undefined) return undefined;
  const present = new Set(listed.flatMap((model) => (model.present ? [model.version] : [])));
  return defaultsAmong(folders)
    .map(faceModelName)
    .find((version) => present.has(version));
}

async function textOf(folder: ModelFolder | undefined): Promise<string | null> {
  return folder === undefined ? null : ((await readLicenceText(folder).catch(() => undefined)) ?? null);
}
