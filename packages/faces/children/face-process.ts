import { Value } from 'typebox/value';
import { FaceDetection } from '../detection.js';
import { type AskOptions, DecoderProcess } from './decoder-process.js';
import type { OpenRequest, Request } from './messages.js';

interface DetectOptions extends AskOptions {
  /** Which file lies at the path, as `identityOf` has it. */
  readonly identity?: string | undefined;
}

const modelLimitMs = 60_000;

/** A process with its model loaded, which looks at images. */
export class FaceProcess {
  readonly #process: DecoderProcess;

  private constructor(process: DecoderProcess) {
    this.#process = process;
  }

  /** Starts a process and has it load the model. Rejects when it cannot, and with the signal's reason on abort. */
  static async start(open: OpenRequest, signal?: AbortSignal): Promise<FaceProcess> {
    signal?.throwIfAborted();
    const process = new DecoderProcess(new URL('./child.js', import.meta.url), 'the process that detects faces');
    try {
      await process.ask(open satisfies Request, { limitMs: modelLimitMs, signal });
      return new FaceProcess(process);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  /** False from the moment it has ended. */
  get alive(): boolean {
    return this.#process.alive;
  }

  /** Process id. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when it has ended. */
  get gone(): Promise<void> {
    return this.#process.gone;
  }

  /** Looks at one image; see `DecoderProcess.ask`. */
  async detect(path: string, { identity, ...options }: DetectOptions): Promise<FaceDetection> {
    const request: Request = { type: 'detect', path, ...(identity !== undefined && { identity }) };
    const found = await this.#process.ask(request, options);
    if (Value.Check(FaceDetection, found)) return found;
    throw new Error('the process that detects faces answered with something else than a detection');
  }

  /** Ends it at once; resolves when it is gone. Calling it again is harmless. */
  kill(): Promise<void> {
    return this.#process.kill();
  }
}
