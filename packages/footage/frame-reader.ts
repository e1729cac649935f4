import { Check } from 'typebox/value';
import { SerialProcess, type SerialProcessOptions } from '#faces/children/serial-process.js';
import { ContainerInfo, type FootageRequest, FrameImage, type FrameRequest } from './messages.js';

const words = { subjects: 'frames', subject: 'this frame', does: 'reads', done: 'read' };

/** Times of a frame: reading one takes milliseconds, so one that takes seconds is a trap. */
const limitMs = 10_000;

/** Reads frames of footages in a child process, one after the other. */
export class FrameReader {
  readonly #process: SerialProcess;

  constructor(options: SerialProcessOptions = {}) {
    this.#process = new SerialProcess(new URL('./child.js', import.meta.url), words, { limitMs, ...options });
  }

  /** Id of the child process, while there is one. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /**
   * What a footage is.
   * @param root absolute path of the folder of all footages
   * @param filename below it; it need not be a path that is safe to open
   * @throws BadInputError with one of `footageFaults`; SerialProcessError
   */
  async inspect(root: string, filename: string): Promise<ContainerInfo> {
    const answer = await this.#ask({ ask: 'inspect', root, filename });
    if (Check(ContainerInfo, answer)) return answer;
    throw new Error('the process that reads frames did not say what the footage is');
  }

  /**
   * One frame, encoded.
   * @throws BadInputError with one of `footageFaults`; SerialProcessError
   */
  async frame(request: Omit<FrameRequest, 'ask'>): Promise<FrameImage> {
    const answer = await this.#ask({ ask: 'frame', ...request });
    if (Check(FrameImage, answer) && answer.bytes instanceof Uint8Array) return answer;
    throw new Error('the process that reads frames sent no image');
  }

  /** Ends the child at once; what is being read or waits rejects. Idempotent. */
  close(): Promise<void> {
    return this.#process.close();
  }

  #ask(request: FootageRequest): Promise<unknown> {
    return this.#process.ask(request);
  }
}
