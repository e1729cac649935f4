import { call } from '../../client/call.js';
import { type FlowTreeRun, getFlow, type RunChangeEvent, type RunProgress } from '../../generated/api.js';
import { attemptStates, runStates } from '../../ui/states.js';

/** What the page has of a flow. */
export interface FlowPart {
  /** The run that the flow is shown from; undefined until it was read. */
  readonly root: FlowTreeRun | undefined;
  /** Runs below it, oldest first. */
  readonly runs: readonly FlowTreeRun[];
  /** More runs than the page reads by itself. */
  readonly hasMore: boolean;
  readonly isReading: boolean;
  readonly error: unknown;
}

const pageSize = 500;
/** Runs that are read without being asked for: the page stays usable with so many. */
const readByItself = 12_000;
/** What happens is shown together, so that a hundred changes at a moment are one change of the page. */
const gatherMs = 250;
/** Runs that the page does not know yet are looked for no more often than that. */
const newRunsMs = 1_000;

const allStates = Object.keys(runStates).join(',');

/** A flow from one run down, read page by page and kept up to date by the run's stream. */
export class FlowBook {
  readonly #id: string;
  readonly #listeners = new Set<() => void>();
  readonly #byId = new Map<string, FlowTreeRun>();
  #root: FlowTreeRun | undefined;
  /** Ends the reading that is under way. */
  #reading = new AbortController();
  /** What the stream said while a page was read: the page may be older. */
  #news: RunChangeEvent[] = [];
  #part: FlowPart = { root: undefined, runs: [], hasMore: false, isReading: true, error: undefined };
  /** Where the last page began: runs that are recorded later are looked for from there. */
  #lastCursor: string | undefined;
  #limit = readByItself;
  #publishing: ReturnType<typeof setTimeout> | undefined;
  #lookingForNew: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  get part(): FlowPart {
    return this.#part;
  }

  /** @returns what ends it */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    clearTimeout(this.#publishing);
    clearTimeout(this.#lookingForNew);
    this.#publishing = undefined;
    this.#lookingForNew = undefined;
    this.#reading.abort();
  }

  /** Reads the flow from its beginning; what is shown stays until then. */
  async open(): Promise<void> {
    await this.#readFrom(undefined);
  }

  /** Reads as many runs again as it reads by itself. */
  async readMore(): Promise<void> {
    this.#limit += readByItself;
    await this.#readFrom(this.#lastCursor);
  }

  /** A reading that is under way is given up: what it would still bring is read anew. */
  async #readFrom(first: string | undefined): Promise<void> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#become({ isReading: true });
    let cursor = first;
    try {
      for (;;) {
        this.#news = [];
        const page = await call(
          getFlow({ id: this.#id, state: allStates, include: 'attempts', limit: pageSize, cursor }, { signal }),
        );
        this.#lastCursor = cursor;
        this.#root = page.run;
        for (const run of page.items) this.#byId.set(run.id, run);
        for (const change of this.#news) {
          const known = this.#find(change.run);
          if (known && isAfter(change, known)) this.#put(changed(known, change));
        }
        const hasMore = page.nextCursor !== null;
        const isFull = hasMore && this.#byId.size >= this.#limit;
        this.#show({ hasMore: isFull, isReading: hasMore && !isFull, error: undefined });
        if (!hasMore || isFull) return;
        cursor = page.nextCursor ?? undefined;
      }
    } catch (error) {
      if (!signal.aborted) this.#become({ isReading: false, error });
    }
  }

  /** The stream said that a run came to another state. */
  onRun(change: RunChangeEvent): void {
    if (this.#part.isReading) this.#news.push(change);
    const known = this.#find(change.run);
    if (known) this.#put(changed(known, change));
    else if (!this.#part.hasMore) this.#lookForNew();
    this.#publishSoon();
  }

  onProgress({ run, done, total }: RunProgress): void {
    const known = this.#find(run);
    if (!known) return;
    this.#put({ ...known, progress: { done, total } });
    this.#publishSoon();
  }

  #find = (id: string): FlowTreeRun | undefined => (id === this.#id ? this.#root : this.#byId.get(id));

  #put(run: FlowTreeRun): void {
    if (run.id === this.#id) this.#root = run;
    else this.#byId.set(run.id, run);
  }

  #lookForNew(): void {
    this.#lookingForNew ??= setTimeout(() => {
      this.#lookingForNew = undefined;
      if (this.#part.isReading) this.#lookForNew();
      else void this.#readFrom(this.#lastCursor);
    }, newRunsMs);
  }

  #publishSoon(): void {
    this.#publishing ??= setTimeout(() => {
      this.#publishing = undefined;
      this.#show({});
    }, gatherMs);
  }

  #show(change: Partial<FlowPart>): void {
    const runs = [...this.#byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#become({ root: this.#root, runs, ...change });
  }

  #become(change: Partial<FlowPart>): void {
    this.#part = { ...this.#part, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Whether a change is later than all that is known of a run. */
const isAfter = ({ at }: RunChangeEvent, { createdAt, endedAt, attempts = [] }: FlowTreeRun): boolean =>
  [createdAt, endedAt, ...attempts.flatMap((each) => [each.startedAt, each.endedAt])].every(
    (each) => each === null || each < at,
  );

type FlowAttempt = NonNullable<FlowTreeRun['attempts']>[number];

/** A run after a change that the stream told; what that does not say is as it was. */
function changed(run: FlowTreeRun, { state, attempt, at, ranMs, cause }: RunChangeEvent): FlowTreeRun {
  const hasBegun = state === 'running';
  const isOver = state === 'succeeded' || state === 'failed' || state === 'cancelled';
  const attempts = [...(run.attempts ?? [])];
  const last = attempts.at(-1);
  if (last?.endedAt === null && (!hasBegun || last.number < attempt)) {
    attempts[attempts.length - 1] = { ...last, endedAt: at, state: endOf(state, cause, ranMs) };
  }
  if (hasBegun && attempts.at(-1)?.number !== attempt) {
    attempts.push({ number: attempt, state: 'running', startedAt: at, endedAt: null });
  }
  const startedAt = run.startedAt ?? (hasBegun ? at : null);
  return {
    ...run,
    state,
    attempt,
    attempts,
    startedAt,
    endedAt: isOver ? at : null,
    held: run.held && state === 'queued',
    // The stream names the error; what it says is read with the flow.
    errorMessage: state === 'failed' ? cause : run.errorMessage,
  };
}

/** How an attempt ended, by the state that its run came to. */
function endOf(state: RunChangeEvent['state'], cause: string, ranMs: number | null): FlowAttempt['state'] {
  if (state === 'waiting') return 'suspended';
  if (state === 'succeeded' || state === 'failed' || state === 'cancelled') return state;
  if (cause === 'released' || cause === 'lost') return cause;
  return ranMs === null && cause in attemptStates ? 'lost' : 'failed';
}
