import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { decoderEnvironment } from '#process/child-environment.js';
import { received } from '../children/messages.js';
import { RenderReply, type RenderRequest } from './messages.js';

/** Why a picture was not rendered, other than for what it is or for a fault in the code. */
export type RenderFault =
  /** As many pictures wait as may. */
  | 'busy'
  /** It took longer than its time; the process was ended. */
  | 'too-slow'
  /** The process died over it. */
  | 'crashed'
  /** The renderer was closed. */
  | 'closed';

/** The renderer, not the picture file, is why there is no picture. */
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
  /** A picture that takes longer is given up, and the process with it; default 20 s. */
  readonly limitMs?: number;
  /** The process is ended when it had nothing to do for so long; default a minute. */
  readonly idleMs?: number;
  /** So many pictures may wait for their turn; default 64, a page of the gallery and more. */
  readonly maxWaiting?: number;
  /** The program of the child process; tests give their own. */
  readonly program?: URL;
}

/**
 * Renders pictures in a child process, one after the other, so that neither the memory and time nor a crash of native
 * code harms the process that asked. The child is started by the first picture, and again by the next one after it died
 * or was idle.
 */
export class PictureRenderer {
  readonly #limitMs: number;
  readonly #idleMs: number;
  readonly #maxWaiting: number;
  readonly #program: URL;
  #child: ChildProcess | undefined;
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

  /** Process id of the child, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * The rendered picture's bytes. Rejects with RenderError, BadInputError when the source can never be rendered,
   * FileChangedError when it was written to meanwhile, and what the file system says.
   */
  async render(request: RenderRequest): Promise<Uint8Array> {
    // One of those asked for is being rendered, the others wait.
    if (this.#asked > this.#maxWaiting) {
      throw new RenderError('busy', `${this.#maxWaiting} pictures wait to be rendered already; try again soon`);
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
    this.#child ??= this.#start();
    const child = this.#child;
    try {
      return await this.#ask(child, request);
    } finally {
      this.#idle = setTimeout(() => void this.#end(), this.#idleMs).unref();
    }
  }

  #start(): ChildProcess {
    const child = fork(fileURLToPath(this.#program), {
      serialization: 'advanced',
      // The parent's flags (a debugger's port, a test runner's) are not the child's.
      execArgv: [],
      env: decoderEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const forget = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('exit', forget);
    // Raised when it cannot be started, and when a message cannot be sent to a child that is ending.
    child.on('error', forget);
    return child;
  }

  #ask(child: ChildProcess, request: RenderRequest): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        settle(() => reject(tooSlow(this.#limitMs)));
        void this.#end();
      }, this.#limitMs);
      const onMessage = (message: unknown) => settle(() => take(message, resolve, reject));
      const onExit = () => settle(() => reject(this.#closed ? closedError() : crashed(child)));
      const onError = (error: Error) => settle(() => reject(error));
      const settle = (how: () => void) => {
        clearTimeout(timer);
        child.off('message', onMessage).off('exit', onExit).off('error', onError);
        how();
      };
      child.on('message', onMessage).on('exit', onExit).on('error', onError);
      child.send(request);
    });
  }

  /** Ends the child, if there is one; resolves when it is gone. */
  async #end(): Promise<void> {
    clearTimeout(this.#idle);
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    await new Promise<void>((resolve) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return resolve();
      child.on('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }
}

function take(message: unknown, resolve: (bytes: Uint8Array) => void, reject: (error: Error) => void): void {
  if (!Value.Check(RenderReply, message)) reject(new Error('unknown answer of the process that renders pictures'));
  else if (message.type === 'failed') reject(received(message.error));
  else if (message.bytes instanceof Uint8Array) resolve(message.bytes);
  else reject(new Error('the process that renders pictures sent no bytes'));
}

const closedError = (): RenderError =>
  new RenderError('closed', 'pictures are not rendered any more; this process stops');

const tooSlow = (limitMs: number): RenderError =>
  new RenderError('too-slow', `the picture took longer than ${limitMs / 1000} s to render and was given up`);

function crashed(child: ChildProcess): RenderError {
  const how = child.signalCode === null ? `exit code ${child.exitCode ?? 'unknown'}` : `signal ${child.signalCode}`;
  return new RenderError('crashed', `the process that renders pictures ended with ${how} while it worked on this one`);
}
