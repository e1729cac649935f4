import { SerialProcess, type SerialProcessOptions } from '../children/serial-process.js';
import type { RenderRequest } from './messages.js';

const words = { subjects: 'images', subject: 'this image', does: 'renders', done: 'rendered' };

/** Renders images in a child process, one after the other. */
export class ImageRenderer {
  readonly #process: SerialProcess;

  constructor(options: SerialProcessOptions = {}) {
    this.#process = new SerialProcess(new URL('./child.js', import.meta.url), words, options);
  }

  /** Id of the child process, while there is one. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * The rendered image's bytes. Rejects with SerialProcessError, BadInputError when the source can never be rendered,
   * FileChangedError when it was written to meanwhile, and what the file system says.
   */
  async render(request: RenderRequest): Promise<Uint8Array> {
    const bytes = await this.#process.ask(request);
    if (bytes instanceof Uint8Array) return bytes;
    throw new Error('the process that renders images sent no bytes');
  }

  /** Ends the child at once; what is being rendered or waits rejects. Idempotent. */
  close(): Promise<void> {
    return this.#process.close();
  }
}
