import { messageOf } from '#contracts/errors.js';
import { describeProcess } from '#process/lock-file.js';
import type { Logger } from '#process/log.js';
import type { ProcessState } from '#process/supervisor-state.js';
import { watchLiveness } from './liveness.js';

/** One life of a supervised process. */
export interface Life {
  readonly pid: number;
  /** Settles when it does its work; never, when it ends before. */
  readonly ready: Promise<Record<string, unknown>>;
  /** Settles when it has ended. Never rejects. */
  readonly ended: Promise<Exit>;
  /** Asks whether it works; settles when it answers. */
  ask(): Promise<void>;
  /** Asks it to stop, insists after its deadline, and settles when it has ended. */
  stop(): Promise<void>;
  /** Ends it at once; synchronous. */
  kill(): void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface UnitOptions {
  readonly name: string;
  /** Starts one life. A rejection counts as an end, except on the very first start, where it is passed on. */
  launch(signal: AbortSignal): Promise<Life>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** A life that does not answer this long is ended, in milliseconds. */
  readonly hangTimeoutMs: number;
  /** Called after every change of `state`. */
  onChange(): void;
  /** Whether an end before it was ever ready is final: nobody mends it by trying again. */
  isFinal?(exit: Exit): Error | undefined;
  readonly backoff?: Backoff;
}

/** How long a process that ends by itself stays down, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A life this long starts the backoff anew. */
  readonly resetMs: number;
}

const standardBackoff: Backoff = { firstMs: 500, maxMs: 30_000, resetMs: 3_000 };

/**
 * Keeps one process running: starts it, ends it when it hangs, starts it again with growing pauses whenever it ends
 * by itself, until it is stopped. `processStates` names its states.
 */
export class Unit {
  readonly state: ProcessState;
  readonly #options: UnitOptions;
  readonly #stop = new AbortController();
  #life: Life | undefined;
  #loop: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  #everReady = false;

  constructor(options: UnitOptions) {
    this.#options = options;
    const since = new Date().toISOString();
    this.state = {
      name: options.name,
      state: 'starting',
      since,
      pid: null,
      identity: null,
      restarts: 0,
      lastExit: null,
    };
  }

  /** Settles when it is ready for the first time, with what it announced. Rejects when that can never be. */
  start(): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      this.#loop = this.#keepAlive(resolve).catch(reject);
    });
  }

  /** Stops it for good. Idempotent; also before and during the start. */
  stop(): Promise<void> {
    // A second SIGTERM would make the process exit at once.
    this.#stopping ??= this.#stopOnce();
    return this.#stopping;
  }

  async #stopOnce(): Promise<void> {
    this.#stop.abort(new Error(`${this.#options.name} was stopped`));
    if (this.#life && this.state.state !== 'stopped') {
      this.#change('stopping');
      await this.#life.stop();
    }
    await this.#loop;
    this.#change('stopped');
  }

  /** Ends it at once and for good; synchronous. */
  kill(): void {
    this.#stop.abort(new Error(`${this.#options.name} was killed`));
    this.#life?.kill();
  }

  async #keepAlive(onReady: (info: Record<string, unknown>) => void): Promise<void> {
    const { name, log, backoff = standardBackoff } = this.#options;
    let pauseMs = backoff.firstMs;
    while (!this.#stop.signal.aborted) {
      const born = performance.now();
      const reason = await this.#live(onReady);
      if (this.#stop.signal.aborted) return;
      if (performance.now() - born >= backoff.resetMs) pauseMs = backoff.firstMs;
      this.state.restarts++;
      this.state.lastExit = { reason, at: new Date().toISOString() };
      this.#change('restarting');
      log.error(`${name} ended unexpectedly (${reason}); starting it again in ${pauseMs / 1000} s`);
      await this.#pause(pauseMs);
      pauseMs = Math.min(backoff.maxMs, pauseMs * 2);
    }
  }

  /** One life from start to end; gives how it ended. */
  async #live(onReady: (info: Record<string, unknown>) => void): Promise<string> {
    const { name, launch, log, isFinal } = this.#options;
    this.#change('starting');
    let life: Life;
    try {
      life = await launch(this.#stop.signal);
    } catch (error) {
      if (!this.#everReady) throw error;
      return messageOf(error);
    }
    this.#life = life;
    this.state.pid = life.pid;
    this.state.identity = describeProcess(life.pid);
    this.#change('starting');
    // A stop that came while it was being launched found nothing to stop.
    if (this.#stop.signal.aborted) await life.stop();

    void life.ready.then((info) => {
      if (this.#life !== life || this.#stop.signal.aborted) return;
      this.#everReady = true;
      this.#change('running');
      if (this.state.restarts > 0) log.info(`${name} runs again (process ${life.pid})`);
      onReady(info);
    });
    const hang = this.#endWhenHung(life);
    const exit = await life.ended;
    hang.stop();
    this.#life = undefined;
    this.state.pid = null;
    this.state.identity = null;
    const final = this.#everReady || this.#stop.signal.aborted ? undefined : isFinal?.(exit);
    if (final) {
      this.#change('stopped');
      throw final;
    }
    return `${hang.found()}${exit.signal ?? `exit code ${exit.code}`}`;
  }

  /** Ends the life when it no longer answers; `found` says so in words. */
  #endWhenHung(life: Life): { stop(): void; found(): string } {
    const { hangTimeoutMs } = this.#options;
    let found = '';
    const liveness = watchLiveness({
      ask: () => life.ask(),
      patienceMs: hangTimeoutMs,
      onHung: () => {
        // A stop has a deadline of its own.
        if (this.#stop.signal.aborted) return;
        found = `no answer for ${hangTimeoutMs / 1000} s, `;
        life.kill();
      },
    });
    return { stop: () => liveness.stop(), found: () => found };
  }

  #change(state: ProcessState['state']): void {
    this.state.state = state;
    this.state.since = new Date().toISOString();
    this.#options.onChange();
  }

  /** Ends early when it is stopped. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#stop.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
