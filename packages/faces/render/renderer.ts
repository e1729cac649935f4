import { DecoderProcess, ProcessEndedError } from '../children/decoder-process.js';
import type { RenderRequest } from './messages.js';

/** Why an image was not rendered, other than for what it is or for a fault in the code. */
export type RenderFault =
  /** As many images wait as may. */
  | 'busy'
  /** It took longer than its time; the process was ended. */
  | 'too-slow'
  /** The process died over it. */
  | 'crashed'
  /** The renderer was closed. */
  | 'closed';

/** The renderer, not the image file, is why there is no image. */
export class RenderError extends Error {
  override readonly name = 'RenderError';
  readonly fault: RenderFault;
  constructor(fault: RenderFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** How a renderer is made; times are in milliseconds. */
export interface RendererOptions {
  /** An image that takes longer is given up, and the process with it; default 20 s. */
  readonly limitMs?: number;
  /** Milliseconds without work after which the process is ended; default a minute. */
  readonly idleMs?: number;
  /** Number of images that may wait for their turn; default 64, a page of the gallery and more. */
  readonly maxWaiting?: number;
  /** The program of the child process; tests give their own. */
  readonly program?: URL;
}

/**
 * Renders images in a child process, one after the other, so that neither the memory and time nor a crash of native
 * code harms the process that asked. The child is started by the first image, and again by the next one after it died
 * or was idle.
 */
export class ImageRenderer {
  readonly #limitMs: number;
  readonly #idleMs: number;
  readonly #maxWaiting: number;
  readonly #program: URL;
  #process: DecoderProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #asked = 0;
  #closed = false;

  constructor(options: RendererOptions = {}) {
    this.#limitMs = options.limitMs ?? 20_000;
    this.#idleMs = options.idleMs ?? 60_000;
    this.#maxWaiting = options.maxWaiting ?? 64;
    this.#program = options.program ?? new URL('./child.js', import.meta.url);
  }

  /** Id of the child process, while there is one. */
  get pid(): number | undefined {
    return this.#process?.alive ? this.#process.pid : undefined;
  }

  /**
   * The rendered image's bytes. Rejects with RenderError, BadInputError when the source can never be rendered,
   * FileChangedError when it was written to meanwhile, and what the file system says.
   */
  async render(request: RenderRequest): Promise<Uint8Array> {
    // One of those asked for is being rendered, the others wait.
    if (this.#asked > this.#maxWaiting) {
      throw new RenderError('busy', `${this.#maxWaiting} images wait to be rendered already; try again soon`);
    }
    this.#asked += 1;
    const turn = this.#turn.then(() => this.#renderNow(request));
    this.#turn = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#asked -= 1;
    }
  }

  /** Ends the child at once; what is being rendered or waits rejects. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
    await this.#turn;
  }

  async #renderNow(request: RenderRequest): Promise<Uint8Array> {
    if (this.#closed) throw closedError();
    clearTimeout(this.#idle);
    if (!this.#process?.alive) this.#process = new DecoderProcess(this.#program, 'the process that renders images');
    try {
      const bytes = await this.#process.ask(request, { limitMs: this.#limitMs });
      if (bytes instanceof Uint8Array) return bytes;
      throw new Error('the process that renders images sent no bytes');
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error;
      if (this.#closed) throw closedError();
      throw new RenderError(error.tooSlow ? 'too-slow' : 'crashed', `${error.message} while it worked on this image`);
    } finally {
      this.#idle = setTimeout(() => void this.#end(), this.#idleMs).unref();
    }
  }

  /** Ends the process, if there is one; resolves when it is gone. */
  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const process = this.#process;
    this.#process = undefined;
    await process?.kill();
  }
}

const closedError = (): RenderError =>
  new RenderError('closed', 'images are not rendered any more; this process stops');
