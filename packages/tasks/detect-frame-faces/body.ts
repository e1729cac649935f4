import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BadInputError, messageOf } from '#contracts/errors.js';
import { findFootage } from '#database/queries/recordings/footages.js';
import { type FrameFaces, storeFrameFaces } from '#database/recordings/frame-faces.js';
import { SerialProcessError } from '#faces/children/serial-process.js';
import { createFaceDetector, type FaceDetector } from '#faces/detector.js';
import type { FaceModel } from '#faces/model/face-model.js';
import { resolveFaceModel } from '#faces/model/resolve.js';
import { footageFaultOf } from '#footage/errors.js';
import { FrameReader } from '#footage/frame-reader.js';
import type { TaskContext, TaskRun } from '#runs/context.js';
import type { definition } from './definition.js';

export const run: TaskRun<typeof definition> = async (context, { footage: id, from = 0, to, every = 1 }) => {
  const { services, log } = context;
  const footage = await findFootage(services.pool, id);
  if (footage === undefined) {
    throw new BadInputError('unknown-footage', `expected the id of a footage that a loaded file has, got ${id}`);
  }
  const model = await modelOf(context);
  const reader = new FrameReader();
  try {
    const { frames } = await reader.inspect(services.footageDir, footage.filename);
    const last = Math.min(to ?? frames - 1, frames - 1);
    const wanted = Array.from(
      { length: Math.max(0, Math.floor((last - from) / every) + 1) },
      (_, n) => from + n * every,
    );
    const counted = await countFaces(context, { reader, model, filename: footage.filename }, wanted);
    const output = {
      footage: id,
      model: model.name,
      frames: counted.length,
      faces: counted.reduce((sum, { faces }) => sum + faces, 0),
      mostFaces: counted.reduce((most, { faces }) => Math.max(most, faces), 0),
      unreadable: wanted.length - counted.length,
    };
    log.info(`${output.frames} frames of ${id}: ${output.faces} faces`);
    return await context.commit(async (tx) => {
      await storeFrameFaces(tx, { runId: context.fence.runId, footage: id, model: model.name }, counted);
      return output;
    });
  } finally {
    await reader.close();
  }
};

function modelOf({ services, log }: TaskContext): Promise<FaceModel> {
  const { faceModel, dataDir } = services;
  const chosen = faceModel === undefined ? {} : { faceModel };
  return resolveFaceModel({ ...chosen, dataDir, log: (message) => log.info(message) });
}

interface Source {
  readonly reader: FrameReader;
  readonly model: FaceModel;
  readonly filename: string;
}

/** The faces of the frames that can be read. A frame lies in a file for the detector, one at a time. */
async function countFaces(context: TaskContext, source: Source, wanted: readonly number[]): Promise<FrameFaces[]> {
  const counted: FrameFaces[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'millrace-frames-'));
  const detector = await createFaceDetector({ model: source.model });
  try {
    for (const [position, frame] of wanted.entries()) {
      context.signal.throwIfAborted();
      const faces = await facesIn(context, source, detector, { path: join(folder, 'frame'), frame });
      if (faces !== undefined) counted.push({ frame, faces });
      context.progress(position + 1, wanted.length);
    }
    return counted;
  } finally {
    await detector.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Undefined for a frame that is not there or cannot be read; a footage of which that is true ends the run. */
async function facesIn(
  { services, signal, log }: TaskContext,
  { reader, filename }: Source,
  detector: FaceDetector,
  { path, frame }: { readonly path: string; readonly frame: number },
): Promise<number | undefined> {
  try {
    const { bytes } = await reader.frame({ root: services.footageDir, filename, index: frame, type: 'image/jpeg' });
    await writeFile(path, bytes);
    return (await detector.detect(path, { signal })).faces.length;
  } catch (error) {
    const fault = footageFaultOf(error);
    if (fault === 'footage-missing' || fault === 'footage-unreadable') throw error;
    if (!(error instanceof BadInputError || error instanceof SerialProcessError)) throw error;
    log.warn(`frame ${frame} is left out: ${messageOf(error)}`);
    return undefined;
  }
}
