import { BadInputError, FileChangedError, FileFaultError, messageOf } from '#contracts/errors.js';
import type { InputOf } from '#contracts/task.js';
import { storeFaceComparisons } from '#database/images/face-comparisons.js';
import { type LoadedImage, listLoadedImages } from '#database/queries/face-comparisons.js';
import type { FaceDetection } from '#faces/detection.js';
import { createFaceDetector, type FaceDetector } from '#faces/detector.js';
import { type FaceModel, withThreshold } from '#faces/model/face-model.js';
import { builtInModels } from '#faces/model/folders.js';
import { resolveNamedModel } from '#faces/model/resolve.js';
import { type OpenFile, withFile } from '#inbox/open-file.js';
import { prefetch } from '#loading/prefetch.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { Tally } from './tally.js';

type Input = InputOf<typeof definition>;
type Found = readonly [FaceDetection, FaceDetection];

const usualLimit = 10_000;

export const run: TaskRun<typeof definition> = async (context, input) => {
  const [a, b] = [await modelOf(context, input.a), await modelOf(context, input.b)];
  const limit = input.limit ?? usualLimit;
  const images = await listLoadedImages(context.services.pool, { ...input, limit });
  const tally = new Tally();
  for (const fileId of missingOf(input, images, limit)) {
    tally.fail(
      { fileId, filename: '' },
      'expected a loaded image of the given days; it is none, or has a newer version',
    );
  }
  await withDetectors([a, b], (detectors) => compare(context, images, detectors, tally));
  const used = ({ name: model, threshold }: FaceModel) => ({ model, threshold });
  const output = { a: used(a), b: used(b), ...tally.summary() };
  context.log.info(`${output.compared} images compared: ${output.agreement} % with the same number of faces`);
  return await context.commit(async (tx) => {
    await storeFaceComparisons(tx, context.fence.runId, tally.differences);
    return output;
  });
};

async function modelOf({ services, log, signal }: TaskContext, side: Input['a']): Promise<FaceModel> {
  const { faceModel, dataDir } = services;
  const model = await resolveNamedModel(side.model, {
    ...(faceModel === undefined ? {} : { faceModel }),
    dataDir,
    log: (message) => log.info(message),
    signal,
  });
  if (model !== undefined) return withThreshold(model, side.threshold ?? model.threshold);
  const known = (await builtInModels()).map(({ definition: { name } }) => name).join(', ');
  throw new BadInputError(
    'unknown-model',
    `expected a model that GET /api/face-models lists (${known}, or the one that FACE_MODEL names), got ${side.model}`,
  );
}

/**
 * The images that were asked for by id and are not there; a limit below their number leaves out whatever is over it.
 */
function missingOf({ files }: Input, images: readonly LoadedImage[], limit: number): string[] {
  if (files === undefined || images.length >= limit) return [];
  const found = new Set(images.map(({ file }) => String(file.id)));
  return files.filter((id) => !found.has(id));
}

/** Two detectors of the run's own: what they take is given back with its end. */
async function withDetectors(
  models: readonly [FaceModel, FaceModel],
  work: (detectors: readonly [FaceDetector, FaceDetector]) => Promise<void>,
): Promise<void> {
  const a = await createFaceDetector({ model: models[0] });
  try {
    const b = await createFaceDetector({ model: models[1] });
    try {
      await work([a, b]);
    } finally {
      await b.close();
    }
  } finally {
    await a.close();
  }
}

async function compare(
  { services, signal, log, progress }: TaskContext,
  images: readonly LoadedImage[],
  [a, b]: readonly [FaceDetector, FaceDetector],
  tally: Tally,
): Promise<void> {
  const lookAt = async ({ file }: LoadedImage): Promise<Found> => {
    signal.throwIfAborted();
    const detect = ({ absolutePath, identity }: OpenFile): Promise<Found> =>
      Promise.all([a.detect(absolutePath, { signal, identity }), b.detect(absolutePath, { signal, identity })]);
    return await withFile(services.inboxDir, file, detect, signal);
  };
  const depth = Math.min(a.inFlight, b.inFlight);
  let done = 0;
  for await (const { item, result } of prefetch(images, depth, lookAt, () => Promise.resolve())) {
    const image = { fileId: String(item.file.id), filename: item.filename };
    try {
      const [inA, inB] = await result;
      tally.add(image, inA.faces, inB.faces);
    } catch (error) {
      // Anything else (an abort, a process that cannot be started) is no fault of the image and ends the attempt.
      if (![BadInputError, FileChangedError, FileFaultError].some((known) => error instanceof known)) throw error;
      log.warn(`${item.file.path}: ${messageOf(error)}`, { file: image.fileId });
      tally.fail(image, messageOf(error));
    }
    done += 1;
    progress(done, images.length);
  }
}
