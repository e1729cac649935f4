import { DecoderProcess, ProcessEndedError } from './decoder-process.js';

/** Why a request was not answered, other than for what it is about or for a fault in the code. */
export type SerialFault =
  /** As many requests wait as may. */
  | 'busy'
  /** It took longer than its time; the process was ended. */
  | 'too-slow'
  /** The process died over it. */
  | 'crashed'
  /** It was closed. */
  | 'closed';

/** The process, not what the request is about, is why there is no answer. */
export class SerialProcessError extends Error {
  override readonly name = 'SerialProcessError';
  readonly fault: SerialFault;
  constructor(fault: SerialFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** How patient it is; times are in milliseconds. */
export interface SerialProcessOptions {
  /** A request that takes longer is given up, and the process with it; default 20 s. */
  readonly limitMs?: number;
  /** Milliseconds without work after which the process is ended; default a minute. */
  readonly idleMs?: number;
  /** Number of requests that may wait for their turn; default 64, a page of the gallery and more. */
  readonly maxWaiting?: number;
  /** The program of the child process; tests give their own. */
  readonly program?: URL;
}

/** What it does, in words for errors: `rendered` in “64 images wait to be rendered already”. */
interface SerialWords {
  /** What requests are about, as plural and with an article: `images`, `this image`. */
  readonly subjects: string;
  readonly subject: string;
  /** What is done with them, as infinitive and participle: `renders`, `rendered`. */
  readonly does: string;
  readonly done: string;
}

/**
 * Answers requests in a child process, one after the other, so that neither the memory and time nor a crash of native
 * code harms the process that asked. The child is started by the first request, and again by the next one after it died
 * or was idle.
 */
export class SerialProcess {
  readonly #limitMs: number;
  readonly #idleMs: number;
  readonly #maxWaiting: number;
  readonly #program: URL;
  readonly #words: SerialWords;
  #process: DecoderProcess | undefined;
  #idle: NodeJS.Timeout | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #asked = 0;
  #closed = false;

  constructor(program: URL, words: SerialWords, options: SerialProcessOptions = {}) {
    this.#limitMs = options.limitMs ?? 20_000;
    this.#idleMs = options.idleMs ?? 60_000;
    this.#maxWaiting = options.maxWaiting ?? 64;
    this.#program = options.program ?? program;
    this.#words = words;
  }

  /** Id of the child process, while there is one. */
  get pid(): number | undefined {
    return this.#process?.alive ? this.#process.pid : undefined;
  }

  /** The child's answer. Rejects with SerialProcessError, and with the errors that the child's work throws. */
  async ask(request: object): Promise<unknown> {
    const { subjects, done } = this.#words;
    // One of those asked for is being worked on, the others wait.
    if (this.#asked > this.#maxWaiting) {
      const message = `${this.#maxWaiting} ${subjects} wait to be ${done} already; try again soon`;
      throw new SerialProcessError('busy', message);
    }
    this.#asked += 1;
    const turn = this.#turn.then(() => this.#askNow(request));
    this.#turn = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#asked -= 1;
    }
  }

  /** Ends the child at once; what is being worked on or waits rejects. Idempotent. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
    await this.#turn;
  }

  async #askNow(request: object): Promise<unknown> {
    const { subjects, subject, does } = this.#words;
    if (this.#closed) throw this.#closedError();
    clearTimeout(this.#idle);
    if (!this.#process?.alive)
      this.#process = new DecoderProcess(this.#program, `the process that ${does} ${subjects}`);
    try {
      return await this.#process.ask(request, { limitMs: this.#limitMs });
    } catch (error) {
      if (!(error instanceof ProcessEndedError)) throw error;
      if (this.#closed) throw this.#closedError();
      const message = `${error.message} while it worked on ${subject}`;
      throw new SerialProcessError(error.tooSlow ? 'too-slow' : 'crashed', message);
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

  #closedError(): SerialProcessError {
    const { subjects, done } = this.#words;
    return new SerialProcessError('closed', `${subjects} are not ${done} any more; this process stops`);
  }
}
