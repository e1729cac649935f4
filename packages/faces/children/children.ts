import { FaceProcess } from './face-process.js';
import type { OpenRequest } from './messages.js';

/** Images that one child works on at a time: while the model looks at one, others are read, decoded and sent back. */
const perChild = 4;

/** How a child is to be used. */
interface UseOptions {
  /** Without others at the same time. */
  readonly alone: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The slot of one child, which is started when it is needed and again when it has ended. */
interface Slot {
  child: Promise<FaceProcess> | undefined;
  /** How much of `perChild` is in use. */
  used: number;
}

/** One that waits for its turn. */
interface Waiting {
  readonly weight: number;
  begin(slot: Slot): void;
  refuse(reason: unknown): void;
}

/**
 * Child processes with a model, `processes` of them, each for a few images at a time: first come, first served.
 * Children are started when work needs them and then kept.
 */
export class Children {
  /** How many images they work on at once. */
  readonly slots: number;
  readonly #open: OpenRequest;
  readonly #slots: readonly Slot[];
  readonly #running = new Set<FaceProcess>();
  readonly #waiting: Waiting[] = [];
  readonly #closing = new AbortController();

  constructor(open: OpenRequest, processes: number) {
    this.#open = open;
    this.#slots = Array.from({ length: processes }, () => ({ child: undefined, used: 0 }));
    this.slots = processes * perChild;
  }

  /** Process ids of the children that run now. */
  get pids(): number[] {
    return [...this.#running].flatMap((child) => (child.alive && child.pid !== undefined ? [child.pid] : []));
  }

  /**
   * Has `work` done with a child, in its turn. Rejects as `work` and `FaceProcess.start` do, and once this is closed.
   */
  async use<T>(work: (child: FaceProcess) => Promise<T>, options: UseOptions): Promise<T> {
    const weight = options.alone ? perChild : 1;
    const slot = await this.#turn(weight, options.signal);
    try {
      return await work(await this.#childOf(slot));
    } catch (error) {
      throw this.#closing.signal.aborted ? this.#closing.signal.reason : error;
    } finally {
      slot.used -= weight;
      this.#serve();
    }
  }

  /** Ends all children at once; what is being done rejects. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the face detector was closed'));
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(this.#closing.signal.reason);
    await Promise.all([...this.#running].map((child) => child.kill()));
    // One that is being started ends by the signal that it was given.
    await Promise.allSettled(this.#slots.map((slot) => slot.child));
  }

  async #turn(weight: number, signal: AbortSignal | undefined): Promise<Slot> {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    return await new Promise<Slot>((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#serve();
      };
      const waiting: Waiting = {
        weight,
        begin: (slot) => {
          signal?.removeEventListener('abort', leave);
          resolve(slot);
        },
        refuse: (reason) => {
          signal?.removeEventListener('abort', leave);
          reject(reason);
        },
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  /**
   * Gives free slots to those who wait, in their order: one that needs a child for itself is not overtaken for ever.
   */
  #serve(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const { weight } = first;
      const slot = this.#slots.reduce((least, each) => (each.used < least.used ? each : least));
      if (slot.used + weight > perChild) return;
      slot.used += weight;
      this.#waiting.shift();
      first.begin(slot);
    }
  }

  async #childOf(slot: Slot): Promise<FaceProcess> {
    const started = slot.child;
    if (started && (await started).alive) return await started;
    // Another may have started one meanwhile.
    if (slot.child === started) slot.child = this.#start(slot);
    if (slot.child === undefined) throw new Error('no child was started');
    return await slot.child;
  }

  async #start(slot: Slot): Promise<FaceProcess> {
    try {
      const child = await FaceProcess.start(this.#open, this.#closing.signal);
      if (this.#closing.signal.aborted) await child.kill();
      this.#running.add(child);
      void child.gone.then(() => this.#running.delete(child));
      return child;
    } catch (error) {
      slot.child = undefined;
      throw error;
    }
  }
}
