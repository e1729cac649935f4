import { availableParallelism } from 'node:os';
import { FaceChild } from './children/child-process.js';
import type { OpenRequest } from './children/messages.js';
import type { FaceDetection } from './detection.js';
import type { FaceModel } from './model/face-model.js';
import { DEFAULT_MAX_PIXELS } from './picture/decode.js';

/** How a detector is made. */
export interface FaceDetectorOptions {
  readonly model: FaceModel;
  /** Pictures worked on at a time, each by a process of its own (up to 200 MB each); default: cores − 1, at least 1. */
  readonly processes?: number;
  /** Most pixels (width × height) of a picture that is taken; default 16,383². */
  readonly maxPixels?: number;
}

/** A picture that waits for its turn. */
interface Waiting {
  begin(): void;
  refuse(reason: unknown): void;
}

/**
 * Finds faces in picture files, off this process's event loop.
 *
 * Children are started when work needs them, up to the number of processes, and then kept. One that dies (a crash in
 * native code, a kill) rejects the picture it worked on, and only that; the next picture starts another in its place.
 */
export class FaceDetector {
  readonly #open: OpenRequest;
  readonly #limit: number;
  readonly #children = new Set<FaceChild>();
  readonly #idle: FaceChild[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #closing = new AbortController();
  #busy = 0;

  /** Use `createFaceDetector`. */
  constructor(open: OpenRequest, limit: number) {
    this.#open = open;
    this.#limit = limit;
  }

  /**
   * Decodes the picture at `path` and finds its faces. Rejects with BadInputError (`empty`, `not-a-file`,
   * `not-an-image`, `truncated`, `corrupt`, `unsupported`, `too-many-pixels`) when the picture can never be read,
   * FileChangedError when it was written to meanwhile, the signal's reason on abort, and a plain Error, worth
   * another try, for everything else.
   */
  async detect(path: string, options: { signal?: AbortSignal } = {}): Promise<FaceDetection> {
    return this.#withChild((child) => child.detect(path, options.signal), options.signal);
  }

  /** Loads the model in a first child, so that a model that does not load is known at once. */
  async warmUp(): Promise<void> {
    await this.#withChild(async () => {});
  }

  /** Process ids of the children that run now. */
  get pids(): number[] {
    return [...this.#children].flatMap((child) => (child.alive && child.pid !== undefined ? [child.pid] : []));
  }

  /** Ends all children at once; what is being detected rejects. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the face detector was closed'));
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(this.#closing.signal.reason);
    await Promise.all([...this.#children].map((child) => child.kill()));
  }

  async #withChild<T>(work: (child: FaceChild) => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      const child = await this.#takeChild();
      try {
        return await work(child);
      } finally {
        await this.#giveBack(child);
      }
    } catch (error) {
      throw this.#closing.signal.aborted ? this.#closing.signal.reason : error;
    } finally {
      const next = this.#waiting.shift();
      // The turn is handed on, so that a newcomer cannot slip in between.
      if (next === undefined) this.#busy -= 1;
      else next.begin();
    }
  }

  /** Waits until fewer than the limit are busy: first come, first served. */
  async #turn(signal?: AbortSignal): Promise<void> {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    if (this.#busy < this.#limit) {
      this.#busy += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        begin: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
        refuse: (reason) => {
          signal?.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
    });
  }

  async #takeChild(): Promise<FaceChild> {
    for (let child = this.#idle.pop(); child !== undefined; child = this.#idle.pop()) {
      if (child.alive) return child;
      this.#children.delete(child);
    }
    const { child } = await FaceChild.start(this.#open, this.#closing.signal);
    this.#children.add(child);
    return child;
  }

  async #giveBack(child: FaceChild): Promise<void> {
    // A child that was being started when the detector was closed is not among those that `close` ended.
    if (this.#closing.signal.aborted) await child.kill();
    if (child.alive) this.#idle.push(child);
    else this.#children.delete(child);
  }
}

/** A detector whose model is known to load; rejects when it does not. */
export async function createFaceDetector(options: FaceDetectorOptions): Promise<FaceDetector> {
  const { path, name } = options.model;
  const maxPixels = options.maxPixels ?? DEFAULT_MAX_PIXELS;
  const limit = Math.max(1, options.processes ?? availableParallelism() - 1);
  const detector = new FaceDetector({ type: 'open', path, name, maxPixels }, limit);
  await detector.warmUp();
  return detector;
}
