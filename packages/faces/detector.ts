import { basename } from 'node:path';
import { BadInputError } from '#contracts/errors.js';
import { printable } from '#contracts/printable.js';
import { Children } from './children/children.js';
import { ProcessEndedError } from './children/decoder-process.js';
import type { FaceDetection } from './detection.js';
import { DEFAULT_MAX_PIXELS } from './image/decode.js';
import type { FaceModel } from './model/face-model.js';

/** How a detector is made. */
export interface FaceDetectorOptions {
  readonly model: FaceModel;
  /** Child processes (some 200 MB each; a large image takes more for its time); default 1. */
  readonly processes?: number;
  /** Most pixels (width × height) of an image that is taken; default 16,383². */
  readonly maxPixels?: number;
  /** Milliseconds that one image may take; default two minutes. */
  readonly limitMs?: number;
}

interface DetectOptions {
  readonly signal?: AbortSignal;
  /** Which file lies at the path, as `identityOf` has it; another one is not read. */
  readonly identity?: string;
}

const usualLimitMs = 120_000;

/**
 * Finds faces in image files, off this process's event loop, in child processes.
 *
 * A child that dies (a crash in native code, a kill) or hangs takes down nothing else. Which of the images it worked on
 * is to blame cannot be known, so each of them is tried once more, alone in a child; the one that ends that child, too,
 * is the one, and is refused.
 */
export class FaceDetector {
  /** How many images are worth starting at once: more only wait. */
  readonly inFlight: number;
  readonly #children: Children;
  readonly #limitMs: number;

  /** Use `createFaceDetector`. */
  constructor(children: Children, limitMs: number) {
    this.#children = children;
    this.inFlight = children.slots;
    this.#limitMs = limitMs;
  }

  /**
   * Decodes the image at `path` and finds its faces. Rejects with BadInputError (`empty`, `not-a-file`, `not-an-image`,
   * `truncated`, `corrupt`, `unsupported`, `too-many-pixels`, `crashed`, `too-slow`) when the image can never be read,
   * FileChangedError when it was written to meanwhile, the signal's reason on abort, and a plain Error, worth another
   * try, for everything else.
   */
  async detect(path: string, { signal, identity }: DetectOptions = {}): Promise<FaceDetection> {
    const limits = { limitMs: this.#limitMs, signal, identity };
    try {
      return await this.#children.use((child) => child.detect(path, limits), { alone: false, signal });
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error;
    }
    try {
      return await this.#children.use((child) => child.detect(path, limits), { alone: true, signal });
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error;
      throw new BadInputError(
        error.tooSlow ? 'too-slow' : 'crashed',
        `Expected an image that can be read; ${error.message} while it worked on ${printable(basename(path))}, twice, the second time on nothing else. Save it anew as JPEG or PNG, or replay it if the machine was short of memory.`,
        { cause: error },
      );
    }
  }

  /** Process ids of the children that run now. */
  get pids(): number[] {
    return this.#children.pids;
  }

  /** Ends all children at once; what is being detected rejects. Idempotent. */
  close(): Promise<void> {
    return this.#children.close();
  }
}

/** A detector whose model is known to load; rejects when it does not. */
export async function createFaceDetector(options: FaceDetectorOptions): Promise<FaceDetector> {
  // Only what a child needs to know: where the model came from and its licence's text are not among it.
  const { path, sha256, name, definition } = options.model;
  const model = { path, sha256, name, definition };
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  const children = new Children({ type: 'open', model, maxPixels }, Math.max(1, options.processes ?? 1));
  await children.use(async () => {}, { alone: false });
  return new FaceDetector(children, options.limitMs ?? usualLimitMs);
}
