import type { DetectedFace, FaceDetection } from '../detection.js';
import { openImage } from '../image/decode.js';
import { type ImageFile, withImageFile } from '../image/file.js';
import type { FaceFinder, FoundFace, Image, Size } from '../inference/face-finder.js';
import { clip } from '../inference/geometry.js';
import type { LoadableModel } from '../model/definition.js';
import { StageTimes } from '../stages.js';

/** What images are looked at with. */
export interface FaceWorkOptions {
  readonly finder: FaceFinder;
  /** Its name and threshold are stored with each result. */
  readonly model: LoadableModel;
  readonly maxPixels: number;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** A hundredth of a pixel is far below what a model knows, and keeps the stored records short. */
function toFace(face: FoundFace): DetectedFace {
  return {
    x: round(face.x, 2),
    y: round(face.y, 2),
    width: round(face.width, 2),
    height: round(face.height, 2),
    score: round(face.score, 4),
    landmarks: Object.fromEntries(
      Object.entries(face.landmarks).map(([name, [x, y]]) => [name, [round(x, 2), round(y, 2)]]),
    ),
  };
}

/**
 * Looks at images with one model. Images are read and decoded side by side, on libuv's threads; the model looks at one
 * after the other, on this thread, so that one image is decoded while another is looked at.
 */
export class FaceWork {
  readonly #options: FaceWorkOptions;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(options: FaceWorkOptions) {
    this.#options = options;
  }

  /** Throws as `openImage` and `withImageFile` do. */
  async detect(path: string, identity?: string): Promise<FaceDetection> {
    const { finder, model, maxPixels } = this.#options;
    const threshold = model.definition.threshold.score;
    const times = new StageTimes();
    const look = async ({ format, source, md5 }: ImageFile): Promise<FaceDetection> => {
      const md5Hex = await times.time('hash', md5);
      const { width, height, raster } = await times.time('decode', () => openImage(source, format, { maxPixels }));
      const first = finder.firstSize({ width, height });
      const decoded = await times.time('decode', () => raster(first));
      const image: Image = {
        width,
        height,
        raster: async (size: Size) =>
          size.width === first.width && size.height === first.height
            ? decoded
            : await times.time('decode', () => raster(size)),
      };
      const found = await this.#inTurn(() => finder.find(image, { threshold, times }));
      const faces = found
        .map((face) => ({ ...face, ...clip(face, width, height) }))
        .filter((face) => face.width > 0 && face.height > 0)
        .map(toFace);
      return { width, height, format, faces, model: model.name, threshold, stages: times.millis, md5: md5Hex };
    };
    return await withImageFile(path, times, look, identity);
  }

  async #inTurn<T>(look: () => Promise<T>): Promise<T> {
    const turn = this.#looking.then(look);
    this.#looking = turn.catch(() => {});
    return await turn;
  }
}
