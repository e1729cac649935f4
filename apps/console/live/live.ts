import type { QueryClient } from '@tanstack/react-query';
import type { Subject } from '../client/queries.js';
import { openStream } from './stream.js';

/** Whether changes reach the page: `away` while the stream is cut off, it comes back by itself. */
export type LiveState = 'connecting' | 'live' | 'away';

/** What a pulse of `/api/events/pulse` says. */
interface Pulse {
  readonly runs: number;
  readonly files: number;
}

/** How often it looks whether something is to be read anew. */
const tickMs = 250;
/** No query is asked more often. */
const minMs = 1_000;
/** A query that took long rests for so many times as long: many consoles are open, and the database has other work. */
const restFactor = 4;

/**
 * Keeps what the page shows up to date: one stream for the whole page says that runs or files have changed, and the queries
 * that show these are asked anew, each no more often than it is good for the database, and only while somebody can see it.
 */
export class Live {
  readonly #queries: QueryClient;
  /** Hashes of queries that show something old. */
  readonly #old = new Set<string>();
  readonly #durations = new Map<string, number>();
  readonly #begun = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #state: LiveState = 'connecting';

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  get state(): LiveState {
    return this.#state;
  }

  /** @returns what ends it */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Opens the stream. @returns what closes it */
  open(): () => void {
    const close = openStream(
      '/api/events/pulse',
      (source) => this.#listen(source),
      () => this.#become('away'),
    );
    const unmeasure = this.#measure();
    const timer = setInterval(() => this.#refresh(), tickMs);
    return () => {
      close();
      clearInterval(timer);
      unmeasure();
    };
  }

  #listen(source: EventSource): void {
    source.addEventListener('ready', () => {
      this.#become('live');
      this.#markOld(['runs', 'files', 'overview']);
    });
    source.addEventListener('pulse', ({ data }) => {
      const pulse: Pulse = JSON.parse(data);
      this.#markOld([
        ...(pulse.runs > 0 ? (['runs', 'overview'] as const) : []),
        ...(pulse.files > 0 ? (['files', 'overview'] as const) : []),
      ]);
    });
  }

  #become(state: LiveState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  #markOld(subjects: readonly Subject[]): void {
    const active = this.#queries.getQueryCache().findAll({
      type: 'active',
      predicate: ({ meta }) => meta?.live?.some((subject) => subjects.includes(subject)) === true,
    });
    for (const { queryHash } of active) this.#old.add(queryHash);
    // What is not shown now is read anew when it is shown again.
    void this.#queries.invalidateQueries({
      refetchType: 'none',
      predicate: ({ meta }) => meta?.live?.some((subject) => subjects.includes(subject)) === true,
    });
  }

  #refresh(): void {
    if (this.#old.size === 0 || document.visibilityState === 'hidden') return;
    const cache = this.#queries.getQueryCache();
    for (const hash of this.#old) {
      const query = cache.get(hash);
      if (!query?.isActive()) {
        this.#old.delete(hash);
        continue;
      }
      if (query.state.fetchStatus !== 'idle') continue;
      const restMs = Math.max(minMs, restFactor * (this.#durations.get(hash) ?? 0));
      if (Date.now() - Math.max(query.state.dataUpdatedAt, query.state.errorUpdatedAt) < restMs) continue;
      this.#old.delete(hash);
      void this.#queries.refetchQueries({ queryKey: query.queryKey, exact: true });
    }
  }

  /** Learns how long each query takes. */
  #measure(): () => void {
    return this.#queries.getQueryCache().subscribe((event) => {
      const { queryHash } = event.query;
      if (event.type === 'removed') {
        this.#durations.delete(queryHash);
        this.#begun.delete(queryHash);
      }
      if (event.type !== 'updated') return;
      if (event.action.type === 'fetch') this.#begun.set(queryHash, performance.now());
      const begun = this.#begun.get(queryHash);
      if (begun === undefined || (event.action.type !== 'success' && event.action.type !== 'error')) return;
      this.#durations.set(queryHash, performance.now() - begun);
      this.#begun.delete(queryHash);
    });
  }
}
