import { call } from '../../client/call.js';
import { type LiveLogLine, type LogLine, listRunLogLines } from '../../generated/api.js';

/** Which lines of a log are shown. */
export interface LogFilter {
  /** Undefined: all. */
  readonly levels: readonly string[] | undefined;
  readonly text: string | undefined;
  readonly attempt: number | undefined;
}

/** The part of a log that the page has. */
export interface LogPart {
  readonly lines: readonly LogLine[];
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly isReading: boolean;
  readonly error: unknown;
  /** Counts how often the log was opened anew, and at which of its ends it was: there the view is to be. */
  readonly opening: number;
  readonly openedAt: 'beginning' | 'end';
}

const pageSize = 500;
/** Lines that the page keeps: a longer log is read again where somebody looks. */
const maxKept = 20_000;
/** What came meanwhile is read line by line up to so many pages; after more, the end is opened anew. */
const maxCatchUpPages = 10;
/** Between two readings of what came, where the page cannot tell by itself whether a line is wanted. */
const catchUpMs = 500;

/** A run's log, of which a part is in the page: it grows at both ends as one reads, and by what the stream brings. */
export class LogBook {
  readonly #id: string;
  readonly #filter: LogFilter;
  readonly #listeners = new Set<() => void>();
  #part: LogPart = {
    ...{ lines: [], hasOlder: false, hasNewer: false, isReading: true, error: undefined },
    ...{ opening: 0, openedAt: 'end' },
  };
  #catchingUp: ReturnType<typeof setTimeout> | undefined;
  /** Ends the reading that is under way. */
  #reading = new AbortController();

  constructor(id: string, filter: LogFilter) {
    this.#id = id;
    this.#filter = filter;
  }

  get part(): LogPart {
    return this.#part;
  }

  /** @returns what ends it */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  close(): void {
    clearTimeout(this.#catchingUp);
    this.#catchingUp = undefined;
    this.#reading.abort();
  }

  async openEnd(): Promise<void> {
    await this.#read(async () => {
      const { items, nextCursor } = await this.#ask({ sort: '-at' });
      const lines = items.toReversed();
      this.#become({ lines, hasOlder: nextCursor !== null, hasNewer: false, ...this.#openedAt('end') });
    });
  }

  async openBeginning(): Promise<void> {
    await this.#read(async () => {
      const { items, nextCursor } = await this.#ask({ sort: 'at' });
      this.#become({ lines: items, hasOlder: false, hasNewer: nextCursor !== null, ...this.#openedAt('beginning') });
    });
  }

  async readOlder(): Promise<void> {
    const [first] = this.#part.lines;
    if (!first || this.#part.isReading) return;
    await this.#read(async () => {
      const { items, nextCursor } = await this.#ask({ sort: '-at', before: first.id });
      const all = [...items.toReversed(), ...this.#part.lines];
      const lines = all.slice(0, maxKept);
      const hasNewer = this.#part.hasNewer || lines.length < all.length;
      this.#become({ lines, hasOlder: nextCursor !== null, hasNewer });
    });
  }

  async readNewer(): Promise<void> {
    if (this.#part.isReading || !this.#part.hasNewer) return;
    await this.#read(() => this.#readAfterLast());
  }

  /** Reads what has come since the last line that is shown, without a gap. */
  async catchUp(): Promise<void> {
    if (this.#part.isReading) this.#catchUpSoon();
    if (this.#part.hasNewer || this.#part.isReading) return;
    const isDone = await this.#read(async () => {
      for (let page = 0; page < maxCatchUpPages; page += 1) {
        await this.#readAfterLast();
        if (!this.#part.hasNewer) return;
      }
    });
    if (isDone && this.#part.hasNewer) await this.openEnd();
  }

  /** Lines that the stream brought. While somebody reads further up (`isFollowed` false), none is let go at the beginning. */
  add(came: readonly LiveLogLine[], isFollowed: boolean): void {
    const { hasNewer, lines } = this.#part;
    if (hasNewer) return;
    if (!isFollowed && lines.length + came.length > maxKept) {
      this.#become({ hasNewer: true });
      return;
    }
    // What is caught up with later begins after the last line: none may be put behind a gap before that.
    const isBehind = this.#part.isReading || this.#catchingUp !== undefined;
    if (this.#filter.text !== undefined || isBehind || came.some(({ isCut }) => isCut)) {
      this.#catchUpSoon();
      return;
    }
    this.#append(
      came.filter((line) => this.#isWanted(line)),
      isFollowed,
    );
  }

  #catchUpSoon(): void {
    this.#catchingUp ??= setTimeout(() => {
      this.#catchingUp = undefined;
      void this.catchUp();
    }, catchUpMs);
  }

  #openedAt = (openedAt: LogPart['openedAt']) => ({ opening: this.#part.opening + 1, openedAt });

  #isWanted({ level, attempt }: LogLine): boolean {
    const { levels, attempt: wanted } = this.#filter;
    return (levels === undefined || levels.includes(level)) && (wanted === undefined || wanted === attempt);
  }

  async #readAfterLast(): Promise<void> {
    const last = this.#part.lines.at(-1);
    const { items, nextCursor } = await this.#ask({ sort: 'at', ...(last ? { after: last.id } : {}) });
    this.#append(items, true);
    this.#become({ hasNewer: nextCursor !== null });
  }

  #append(came: readonly LogLine[], mayLetGo: boolean): void {
    const last = this.#part.lines.at(-1);
    const fresh = came.filter(({ id }) => last === undefined || isAfter(id, last.id));
    if (fresh.length === 0) return;
    const all = [...this.#part.lines, ...fresh];
    const lines = mayLetGo ? all.slice(-maxKept) : all;
    this.#become({ lines, hasOlder: this.#part.hasOlder || lines.length < all.length });
  }

  /**
   * A reading that is under way is given up: its lines would be put beside those of another part of the log.
   * @returns whether all was read
   */
  async #read(work: () => Promise<void>): Promise<boolean> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#become({ isReading: true });
    try {
      await work();
      this.#become({ isReading: false, error: undefined });
      return true;
    } catch (error) {
      if (!signal.aborted) this.#become({ isReading: false, error });
      return false;
    }
  }

  #ask(where: { readonly sort: 'at' | '-at'; readonly before?: string; readonly after?: string }) {
    const { levels, text, attempt } = this.#filter;
    const filter = { level: levels?.join(','), text, attempt };
    return call(
      listRunLogLines({ id: this.#id, limit: pageSize, ...filter, ...where }, { signal: this.#reading.signal }),
    );
  }

  #become(change: Partial<LogPart>): void {
    this.#part = { ...this.#part, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** Ids of lines are numbers, too large for a number of JavaScript. */
const isAfter = (a: string, b: string): boolean => (a.length === b.length ? a > b : a.length > b.length);
