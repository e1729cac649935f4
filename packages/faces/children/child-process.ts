import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import type { FaceDetection } from '../detection.js';
import type { FaceModelKind } from '../model/face-model.js';
import { type DetectRequest, type OpenRequest, Reply, received } from './messages.js';

/** What a child still owes an answer to. */
interface Question {
  readonly subject: string;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

function howItEnded(child: ChildProcess): string {
  if (child.signalCode !== null) return `was ended by signal ${child.signalCode}`;
  return `ended with exit code ${child.exitCode ?? 'unknown'}`;
}

function refusal(reply: Reply): Error {
  return reply.type === 'failed' ? received(reply.error) : new Error(`unexpected answer "${reply.type}"`);
}

/**
 * A process with its model loaded, which takes one picture at a time. A process and not a thread, because a crash in
 * the native code of the decoder or the model ends all threads of a process, and because only a process can be
 * stopped in the middle of native code.
 */
export class FaceChild {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #alive = true;
  #question: Question | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      child.on('exit', () => {
        this.#end(howItEnded(child));
        resolve();
      });
      child.on('error', (error) => {
        // Also raised when a message could not be sent to a child that is ending; `exit` follows then.
        if (child.pid !== undefined) return;
        this.#end(`could not be started (${error.message})`);
        resolve();
      });
    });
    child.on('message', (message) => {
      if (Value.Check(Reply, message)) this.#take()?.resolve(message);
    });
  }

  /**
   * Starts a child and has it load the model, which tells what kind of model it is. Rejects when it cannot, and
   * with the signal's reason on abort.
   */
  static async start(
    open: OpenRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly child: FaceChild; readonly kind: FaceModelKind }> {
    signal?.throwIfAborted();
    const child = new FaceChild(
      fork(fileURLToPath(new URL('./child.js', import.meta.url)), {
        serialization: 'advanced',
        // The parent's flags (a debugger's port, a test runner's) are not the child's.
        execArgv: [],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
    try {
      const reply = await child.#ask(open, signal);
      if (reply.type !== 'ready') throw refusal(reply);
      return { child, kind: reply.kind };
    } catch (error) {
      await child.kill();
      throw error;
    }
  }

  /** False from the moment it has ended. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Process id. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Looks at one picture. Rejects with the error the picture caused, with a plain Error when the child died over
   * it, and with the signal's reason on abort, which ends the child.
   */
  async detect(path: string, signal?: AbortSignal): Promise<FaceDetection> {
    const reply = await this.#ask({ type: 'detect', path }, signal);
    if (reply.type === 'found') return reply.detection;
    throw refusal(reply);
  }

  /** Ends it at once; resolves when it is gone. Calling it again is harmless. */
  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.#gone;
  }

  #take(): Question | undefined {
    const question = this.#question;
    this.#question = undefined;
    return question;
  }

  #end(reason: string): void {
    this.#alive = false;
    const question = this.#take();
    question?.reject(new Error(`the process that detects faces ${reason} while it worked on ${question.subject}`));
  }

  async #ask(request: OpenRequest | DetectRequest, signal?: AbortSignal): Promise<Reply> {
    signal?.throwIfAborted();
    const abort = () => void this.kill();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await new Promise<Reply>((resolve, reject) => {
        this.#question = { subject: request.path, resolve, reject };
        if (this.#alive) this.#child.send(request);
        else this.#end(howItEnded(this.#child));
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}
