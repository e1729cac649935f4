import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Value } from 'typebox/value';
import { decoderEnvironment } from '#process/child-environment.js';
import { Answer, received } from './messages.js';

/**
 * A process ended, or was ended because it took too long, before it had answered. Its image may be to blame, or
 * another.
 */
export class ProcessEndedError extends Error {
  override readonly name = 'ProcessEndedError';
  /** It was ended for taking longer than its time. */
  readonly tooSlow: boolean;

  constructor(message: string, tooSlow: boolean) {
    super(message);
    this.tooSlow = tooSlow;
  }
}

/** A request that waits for its answer. */
interface Pending {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** How long an answer may take in milliseconds, and what ends the wait before. */
export interface AskOptions {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

function howItEnded(child: ChildProcess): string {
  if (child.signalCode !== null) return `was ended by signal ${child.signalCode}`;
  return `ended with exit code ${child.exitCode ?? 'unknown'}`;
}

/**
 * A process that decodes strangers' images (`serveRequests` is its side). A process and not a thread, because a crash
 * in native code ends all threads of a process, and because only a process can be stopped in the middle of native code.
 */
export class DecoderProcess {
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: ProcessEndedError | undefined;

  /** @param name what it is, for errors: `the process that detects faces` */
  constructor(program: URL, name: string) {
    const child = fork(fileURLToPath(program), {
      serialization: 'advanced',
      // The parent's flags (a debugger's port, a test runner's) are not the child's.
      execArgv: [],
      env: decoderEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#name = name;
    this.gone = new Promise((resolve) => {
      child.on('exit', () => {
        this.#end(howItEnded(child), false);
        resolve();
      });
      child.on('error', (error) => {
        // Also raised when a message could not be sent to a child that is ending; `exit` follows then.
        if (child.pid !== undefined) return;
        this.#end(`could not be started (${error.message})`, false);
        resolve();
      });
    });
    child.on('message', (message) => this.#take(message));
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
   * Sends a request and waits for its answer; several may be under way. Rejects with the error that the process threw,
   * with ProcessEndedError when it ended or took longer than `limitMs`, and with the signal's reason on abort. Abort
   * and limit end the process.
   */
  async ask(request: object, { limitMs, signal }: AskOptions): Promise<unknown> {
    signal?.throwIfAborted();
    const abort = () => void this.kill();
    signal?.addEventListener('abort', abort, { once: true });
    const timer = setTimeout(() => {
      this.#end(`took longer than ${limitMs / 1000} s`, true);
      void this.kill();
    }, limitMs);
    try {
      return await new Promise((resolve, reject) => {
        if (this.#ended) return reject(this.#ended);
        this.#lastId += 1;
        this.#pending.set(this.#lastId, { resolve, reject });
        this.#child.send({ id: this.#lastId, request });
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Ends it at once; resolves when it is gone. Calling it again is harmless. */
  kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    return this.gone;
  }

  #take(message: unknown): void {
    if (!Value.Check(Answer, message)) return;
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.error) pending?.reject(received(message.error));
    else pending?.resolve(message.answer);
  }

  /** The first reason is the true one: a process that is killed for being slow exits later by a signal. */
  #end(how: string, tooSlow: boolean): void {
    this.#ended ??= new ProcessEndedError(`${this.#name} ${how}`, tooSlow);
    for (const pending of this.#pending.values()) pending.reject(this.#ended);
    this.#pending.clear();
  }
}
