import { readFile } from 'node:fs/promises';
import semver from 'semver';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Config } from '#config/config.js';
import { codeOf } from '#contracts/error-codes.js';
import { messageOf } from '#contracts/errors.js';
import { cachedPath, liesThere } from '#faces/model/cache.js';
import { builtInModels } from '#faces/model/folders.js';
import { readSetting } from '#faces/model/from-setting.js';
import { defaultsAmong } from '#faces/model/resolve.js';
import { tryToListen } from '#process/listen.js';
import { readSupervisorState } from '#process/supervisor-state.js';
import { type Finding, failure, ok, warning } from './finding.js';

const PackageFile = Type.Object({ engines: Type.Object({ node: Type.String() }) });

/** Whether this Node is one that the package names. */
export async function checkNode(): Promise<Finding> {
  const read: unknown = JSON.parse(await readFile(new URL('../../../../package.json', import.meta.url), 'utf8'));
  const { node } = Value.Parse(PackageFile, read).engines;
  const words = `Node ${process.versions.node}, expected ${node}`;
  return semver.satisfies(process.versions.node, node)
    ? ok('node', words)
    : failure('node', `${words}; install Node 24`);
}

/** Whether the API can listen, or does. */
export async function checkPort({ host, port, dataDir }: Config): Promise<Finding> {
  try {
    await tryToListen(host, port);
    return ok('port', `${host}:${port} is free`);
  } catch (error) {
    const api = readSupervisorState(dataDir)?.processes.find(({ name }) => name === 'api');
    const isOurs = error instanceof Error && codeOf(error.cause) === 'EADDRINUSE' && api?.state === 'running';
    return isOurs ? ok('port', `${host}:${port} is that of the API, which runs`) : failure('port', messageOf(error));
  }
}

/** Whether the face model is here. Nothing is downloaded. */
export async function checkFaceModel({ faceModel, dataDir }: Config): Promise<Finding> {
  const setting = faceModel === undefined ? undefined : await readSetting(faceModel);
  if (setting?.kind === 'own') return ok('face model', `${setting.model.name}, as FACE_MODEL says`);
  const wanted = setting ? [setting.folder.definition] : defaultsAmong(await builtInModels());
  for (const definition of wanted) {
    if (await liesThere(cachedPath(dataDir, definition), definition))
      return ok('face model', `${definition.name}, in ${dataDir}`);
  }
  const names = wanted.map(({ name }) => name).join(', else ');
  return warning('face model', `not here yet; the start gets ${names}: by download, or from npm where it is there`);
}
