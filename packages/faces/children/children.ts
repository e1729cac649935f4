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

/** The place of one child, which is started when it is needed and again when it has ended. */
interface Place {
  child: Promise<FaceProcess> | undefined;
  /** How much of `perChild` is in use. */
  used: number;
}

/** One that waits for its turn. */
interface Waiting {
  readonly weight: number;
  begin(place: Place): void;
  refuse(reason: unknown): void;
}

/**
 * So many child processes with a model, each for a few images at a time: first come, first served. Children are started
 * when work needs them and then kept.
 */
export class Children {
  /** How many images they work on at once. */
  readonly places: number;
  readonly #open: OpenRequest;
  readonly #places: readonly Place[];
  readonly #running = new Set<FaceProcess>();
  readonly #waiting: Waiting[] = [];
  readonly #closing = new AbortController();

  constructor(open: OpenRequest, processes: number) {
    this.#open = open;
    this.#places = Array.from({ length: processes }, () => ({ child: undefined, used: 0 }));
    this.places = processes * perChild;
  }

  /** Process ids of the children that run now. */
  get pids(): number[] {
    return [...this.#running].flatMap((child) => (child.alive && child.pid !== undefined ? [child.pid] : []));
  }

  /** Has `work` done with a child, in its turn. Rejects as `work` and `FaceProcess.start` do, and once this is closed. */
  async use<T>(work: (child: FaceProcess) => Promise<T>, options: UseOptions): Promise<T> {
    const weight = options.alone ? perChild : 1;
    const place = await this.#turn(weight, options.signal);
    try {
      return await work(await this.#childOf(place));
    } catch (error) {
      throw this.#closing.signal.aborted ? this.#closing.signal.reason : error;
    } finally {
      place.used -= weight;
      this.#serve();
    }
  }

  /** Ends all children at once; what is being done rejects. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the face detector was closed'));
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(this.#closing.signal.reason);
    await Promise.all([...this.#running].map((child) => child.kill()));
    // One that is being started ends by the signal that it was given.
    await Promise.allSettled(this.#places.map((place) => place.child));
  }

  async #turn(weight: number, signal: AbortSignal | undefined): Promise<Place> {
    this.#closing.signal.throwIfAborted();
    signal?.throwIfAborted();
    return await new Promise<Place>((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal?.reason);
        this.#serve();
      };
      const waiting: Waiting = {
        weight,
        begin: (place) => {
          signal?.removeEventListener('abort', leave);
          resolve(place);
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

  /** Gives free places to those who wait, in their order: one that needs a child for itself is not overtaken for ever. */
  #serve(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      const { weight } = first;
      const place = this.#places.reduce((least, each) => (each.used < least.used ? each : least));
      if (place.used + weight > perChild) return;
      place.used += weight;
      this.#waiting.shift();
      first.begin(place);
    }
  }

  async #childOf(place: Place): Promise<FaceProcess> {
    const started = place.child;
    if (started && (await started).alive) return await started;
    // Another may have started one meanwhile.
    if (place.child === started) place.child = this.#start(place);
    if (place.child === undefined) throw new Error('no child was started');
    return await place.child;
  }

  async #start(place: Place): Promise<FaceProcess> {
    try {
      const child = await FaceProcess.start(this.#open, this.#closing.signal);
      if (this.#closing.signal.aborted) await child.kill();
      this.#running.add(child);
      void child.gone.then(() => this.#running.delete(child));
      return child;
    } catch (error) {
      place.child = undefined;
      throw error;
    }
  }
}
