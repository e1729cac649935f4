import type { DetectedFace, FaceDetection } from '../detection.js';
import { createBlazefaceFinder } from '../inference/blazeface-finder.js';
import type { FaceFinder } from '../inference/face-finder.js';
import { clip, type ScoredBox, scale } from '../inference/geometry.js';
import { modelKind, openSession } from '../inference/session.js';
import { createYunetFinder } from '../inference/yunet.js';
import type { FaceModelKind } from '../model/face-model.js';
import { decodePicture } from '../picture/decode.js';
import { withPictureFile } from '../picture/file.js';

/** Loads the model at `path` and makes it ready to find faces; rejects when it is none that can be decoded. */
export async function openFinder(path: string): Promise<{ kind: FaceModelKind; finder: FaceFinder }> {
  const session = await openSession(path);
  const kind = modelKind(session);
  if (kind === undefined) {
    const outputs = session.outputNames.slice(0, 6).join(', ');
    throw new Error(`its outputs are not those of YuNet or of our BlazeFace, but ${outputs}`);
  }
  return { kind, finder: kind === 'yunet' ? createYunetFinder(session) : createBlazefaceFinder(session) };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A hundredth of a pixel is far below what a model knows, and keeps the stored records short. */
function toFace(box: ScoredBox): DetectedFace {
  return {
    x: round(box.x, 2),
    y: round(box.y, 2),
    width: round(box.width, 2),
    height: round(box.height, 2),
    score: round(box.score, 4),
  };
}

/** Looks at one picture; throws as `decodePicture` and `withPictureFile` do. */
export async function detectFaces(
  finder: FaceFinder,
  path: string,
  options: { maxPixels: number; model: string },
): Promise<FaceDetection> {
  return withPictureFile(path, async (file) => {
    const { box } = finder;
    const { width, height, raster } = await decodePicture(path, file.format, { box, maxPixels: options.maxPixels });
    const faces = (await finder.find(raster))
      .map((face) => clip(scale(face, width / raster.width, height / raster.height), width, height))
      .filter((face) => face.width > 0 && face.height > 0)
      .map(toFace);
    return { width, height, format: file.format, faces, model: options.model, md5: await file.md5() };
  });
}
