import { basename, extname } from 'node:path/posix';
import type { Tx } from '#database/pool.js';
import type { FaceDetection } from '#faces/detection.js';
import { createFaceDetector, type FaceDetector } from '#faces/detector.js';
import { resolveFaceModel } from '#faces/model/resolve.js';
import type { TaskContext, TaskRun } from '#runtime/context.js';
import { loadFiles } from '#runtime/load-files.js';
import type { OpenFile } from '#runtime/open-file.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context) => {
  const detector = await sharedDetector(context);
  return await loadFiles(context, {
    async load(file, tx) {
      const found = await detector.detect(file.absolutePath, { signal: context.signal });
      await store(tx, file, found);
      context.log.info(`${file.path}: ${found.faces.length} faces`, { file: String(file.id), model: found.model });
      return { rows: 1 + found.faces.length };
    },
    async remove(tx, fileIds) {
      // The faces go with their picture (foreign key).
      await tx.query('DELETE FROM dwd.image WHERE file_id = ANY($1::bigint[])', [fileIds]);
      await tx.query('DELETE FROM ods.image WHERE file_id = ANY($1::bigint[])', [fileIds]);
    },
  });
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

/** Stores the record as one value (ods), its columns and its faces (dwd), in the layers' terms of formats.md §1. */
async function store(tx: Tx, file: OpenFile, found: FaceDetection): Promise<void> {
  const name = basename(file.path, extname(file.path));
  const record = {
    file_name: name,
    md5: found.md5,
    width: found.width,
    height: found.height,
    face_no: found.faces.length,
  };
  await tx.query(`INSERT INTO ods.image (file_id, imp_date, file_name, record) VALUES ($1, current_date, $2, $3)`, [
    file.id,
    name,
    record,
  ]);
  await tx.query(
    `INSERT INTO dwd.image (file_id, imp_date, filename, md5, width, height, face_no, format, model)
     VALUES ($1, current_date, $2, $3, $4, $5, $6, $7, $8)`,
    [file.id, name, found.md5, found.width, found.height, found.faces.length, found.format, found.model],
  );
  await tx.query(
    `INSERT INTO dwd.face (file_id, ordinal, x, y, width, height, score)
     SELECT $1, f.nth - 1, f.x, f.y, f.width, f.height, f.score
     FROM unnest($2::float8[], $3::float8[], $4::float8[], $5::float8[], $6::float8[])
       WITH ORDINALITY AS f (x, y, width, height, score, nth)`,
    [
      file.id,
      found.faces.map((f) => f.x),
      found.faces.map((f) => f.y),
      found.faces.map((f) => f.width),
      found.faces.map((f) => f.height),
      found.faces.map((f) => f.score),
    ],
  );
}
