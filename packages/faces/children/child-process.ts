import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { decoderEnvironment } from '#process/child-environment.js';
import type { FaceDetection } from '../detection.js';
import { type OpenRequest, Reply, type Request, received } from './messages.js';

/** A child ended, or was ended because it took too long, before it had answered. Its picture may be to blame, or another. */
export class ChildEndedError extends Error {
  override readonly name = 'ChildEndedError';
  /** It was ended for taking longer than its time. */
  readonly tooSlow: boolean;

  constructor(reason: string, tooSlow: boolean) {
    super(`the process that detects faces ${reason}`);
    this.tooSlow = tooSlow;
  }
}

/** What a child still owes an answer to. */
interface Question {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Names a question and bounds it; the model has the id 0. */
interface AskOptions {
  readonly id: number;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface DetectOptions {
  /** Which file lies at the path, as `identityOf` has it. */
  readonly identity?: string | undefined;
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const modelLimitMs = 60_000;

function howItEnded(child: ChildProcess): string {
  if (child.signalCode !== null) return `was ended by signal ${child.signalCode}`;
  return `ended with exit code ${child.exitCode ?? 'unknown'}`;
}

function refusal(reply: Reply): Error {
  return reply.type === 'failed' ? received(reply.error) : new Error(`unexpected answer "${reply.type}"`);
}

/**
 * A process with its model loaded, which looks at pictures. A process and not a thread, because a crash in the native
 * code of the decoder or the model ends all threads of a process, and because only a process can be stopped in the middle
 * of native code.
 */
export class FaceChild {
  readonly #child: ChildProcess;
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #ended: ChildEndedError | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.gone = new Promise((resolve) => {
      child.on('exit', () => {
        this.#end(new ChildEndedError(howItEnded(child), false));
        resolve();
      });
      child.on('error', (error) => {
        // Also raised when a message could not be sent to a child that is ending; `exit` follows then.
        if (child.pid !== undefined) return;
        this.#end(new ChildEndedError(`could not be started (${error.message})`, false));
        resolve();
      });
    });
    child.on('message', (message) => {
      if (!Value.Check(Reply, message)) return;
      this.#questions.get(message.id)?.resolve(message);
      this.#questions.delete(message.id);
    });
  }

  /** Starts a child and has it load the model. Rejects when it cannot, and with the signal's reason on abort. */
  static async start(open: OpenRequest, signal?: AbortSignal): Promise<FaceChild> {
    signal?.throwIfAborted();
    const child = new FaceChild(
      fork(fileURLToPath(new URL('./child.js', import.meta.url)), {
        serialization: 'advanced',
        // The parent's flags (a debugger's port, a test runner's) are not the child's.
        execArgv: [],
        env: decoderEnvironment(),
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    try {
      const reply = await child.#ask(open, { id: 0, limitMs: modelLimitMs, signal });
      if (reply.type !== 'ready') throw refusal(reply);
      return child;
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  /** False from the moment it has ended. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Process id. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Looks at one picture; several may be under way. Rejects with the error the picture caused, with ChildEndedError when
   * the child ended or took longer than `limitMs`, and with the signal's reason on abort. Abort and limit end the child.
   */
  async detect(path: string, { identity, limitMs, signal }: DetectOptions) {
    this.#lastId += 1;
    const id = this.#lastId;
    const request = { type: 'detect' as const, id, path, ...(identity !== undefined && { identity }) };
    const reply = await this.#ask(request, { id, limitMs, signal });
    if (reply.type === 'found') return reply.detection satisfies FaceDetection;
    throw refusal(reply);
  }

  /** Ends it at once; resolves when it is gone. Calling it again is harmless. */
  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.gone;
  }

  /** The first reason is the true one: a child that is killed for being slow exits later by a signal. */
  #end(reason: ChildEndedError): void {
    this.#ended ??= reason;
    for (const question of this.#questions.values()) question.reject(this.#ended);
    this.#questions.clear();
  }

  async #ask(request: Request, { id, limitMs, signal }: AskOptions): Promise<Reply> {
    signal?.throwIfAborted();
    const abort = () => void this.kill();
    signal?.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(() => {
      this.#end(new ChildEndedError(`took longer than ${limitMs / 1000} s`, true));
      void this.kill();
    }, limitMs);
    try {
      return await new Promise<Reply>((resolve, reject) => {
        if (this.#ended) return reject(this.#ended);
        this.#questions.set(id, { resolve, reject });
        this.#child.send(request);
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}
