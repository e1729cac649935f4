import { basename, extname } from 'node:path/posix';
import { coverImageDays, spanOfDay } from '#database/images/days.js';
import { type ImageRow, removeImages, writeImages } from '#database/images/rows.js';
import type { RunFile } from '#database/ledger/outcomes.js';
import type { FaceDetection } from '#faces/detection.js';
import { createFaceDetector, type FaceDetector } from '#faces/detector.js';
import { resolveFaceModel } from '#faces/model/resolve.js';
import { loadByStatements } from '#loading/load-by-statements.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';
import { StageSums } from './stage-sums.js';

/** Images whose rows are written together. */
const together = 64;

export const run: TaskRun<typeof definition> = async (context) => {
  const { services, signal, log } = context;
  const detector = await sharedDetector(context);
  const sums = new StageSums();
  const output = await loadByStatements<FaceDetection>(context, {
    readsAtOnce: detector.inFlight,
    together,
    async read(file) {
      const found = await detector.detect(file.absolutePath, { signal, identity: file.identity });
      sums.add(found.stages);
      log.info(`${file.path}: ${found.faces.length} faces`, { file: String(file.id), model: found.model });
      return found;
    },
    rowsOf: (found) => 1 + found.faces.length,
    spansOf: (file) => [spanOfDay(file.seenOn)],
    write: (tx, files) =>
      sums.timeWrite(async () => {
        const images = files.map(({ file, value }) => rowOf(file, value));
        await coverImageDays(
          services.pool,
          images.map((image) => image.importDate),
        );
        await writeImages(tx, images);
      }),
    remove: (tx, fileIds) => sums.timeWrite(() => removeImages(tx, fileIds)),
  });
  log.info('stages', sums.fields);
  return output;
};

function sharedDetector({ services, log }: TaskContext): Promise<FaceDetector> {
  const { faceModel, dataDir } = services;
  return services.shared('face detector', async () => {
    const model = await resolveFaceModel({
      ...(faceModel === undefined ? {} : { faceModel }),
      dataDir,
      log: (message) => log.info(message),
    });
    return await createFaceDetector({ model, processes: 1 });
  });
}

/** A face detection is of the bytes that were hashed: see `HeldFile.verify`. */
function rowOf({ id, path, sha256, seenOn }: RunFile, found: FaceDetection): ImageRow {
  const { md5, width, height, format, model, threshold, faces } = found;
  const name = basename(path, extname(path));
  return { fileId: id, importDate: seenOn, name, md5, sha256, width, height, format, model, threshold, faces };
}
