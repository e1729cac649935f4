/** What each file that is being read may hold at any time; the open pages of most files take less. */
const shareBytes = 16 * 2 ** 20;
/** Files that are read at a time; more of them wait. */
const maxShares = 3;

/** Calls back when the turn of one who waits has come. */
type Wake = () => void;

/**
 * The memory for parquet pages that all files read by one process hold together.
 *
 * Each file being read has a share of fixed size. What is left is lent as a whole, to one file at a time: one whose
 * open pages exceed its share. So nobody waits for what another one who waits holds. A file that waits for its share
 * holds nothing; a file that waits for the rest holds no more than its share; the file that has the rest waits for
 * nobody.
 */
export class PageMemory {
  /** Bytes that one file can hold at most, whatever the others do. */
  readonly most: number;
  #shares = 0;
  #borrower: PageShare | undefined;
  readonly #waitForShare = new Set<Wake>();
  readonly #waitForRest = new Map<PageShare, Wake>();

  /** @param bytes of all files together; at least 64 MiB */
  constructor(bytes: number) {
    this.most = bytes - (maxShares - 1) * shareBytes;
    if (this.most < shareBytes) throw new RangeError(`expected at least ${maxShares * shareBytes} bytes, got ${bytes}`);
  }

  /** Whether no file holds anything or waits. */
  get idle(): boolean {
    return this.#shares === 0 && this.#borrower === undefined && this.#waitForShare.size + this.#waitForRest.size === 0;
  }

  /** The share of a file that begins to be read, to be closed when it ends. Rejects with the signal's reason. */
  async open(signal?: AbortSignal): Promise<PageShare> {
    if (this.#shares < maxShares) this.#shares += 1;
    else
      await turn(
        (wake) => this.#waitForShare.add(wake),
        (wake) => this.#waitForShare.delete(wake),
        signal,
      );
    return new PageShare(this);
  }

  /** For a share: whether it has the rest now. */
  lend(share: PageShare): boolean {
    this.#borrower ??= share;
    return this.#borrower === share;
  }

  /** For a share: comes back when it has the rest. */
  async borrow(share: PageShare, signal?: AbortSignal): Promise<void> {
    if (this.lend(share)) return;
    await turn(
      (wake) => this.#waitForRest.set(share, wake),
      () => this.#waitForRest.delete(share),
      signal,
    );
  }

  /** For a share: gives the rest back if it has it. */
  returnRest(share: PageShare): void {
    if (this.#borrower !== share) return;
    this.#borrower = undefined;
    for (const [next, wake] of this.#waitForRest) {
      this.#waitForRest.delete(next);
      this.#borrower = next;
      wake();
      return;
    }
  }

  /** For a share: it ends. */
  returnShare(share: PageShare): void {
    this.returnRest(share);
    for (const wake of this.#waitForShare) {
      // The share passes on to the next one who waits.
      this.#waitForShare.delete(wake);
      wake();
      return;
    }
    this.#shares -= 1;
  }
}

/** What one file holds of the memory for pages. */
export class PageShare {
  readonly #memory: PageMemory;
  #used = 0;
  #closed = false;

  constructor(memory: PageMemory) {
    this.#memory = memory;
  }

  /** Bytes that the file holds. */
  get used(): number {
    return this.#used;
  }

  /** Bytes that it can hold at most. */
  get most(): number {
    return this.#memory.most;
  }

  /**
   * Takes `bytes` more bytes if that needs no waiting; says whether it did.
   * @throws RangeError when the file can never hold that many
   */
  claim(bytes: number): boolean {
    const used = this.#used + bytes;
    if (used > this.most) throw new RangeError(`expected at most ${this.most} bytes, got ${used}`);
    if (used > shareBytes && !this.#memory.lend(this)) return false;
    this.#used = used;
    return true;
  }

  /** Takes `bytes` more bytes as soon as it can. Rejects as `claim` throws, and with the signal's reason. */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    while (!this.claim(bytes)) await this.#memory.borrow(this, signal);
  }

  /** Takes back what is no longer referred to. */
  giveBack(bytes: number): void {
    this.#used -= bytes;
    if (this.#used <= shareBytes) this.#memory.returnRest(this);
  }

  /** Gives everything back; may be called again. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#used = 0;
    this.#memory.returnShare(this);
  }
}

/** Comes back when `wake` is called, or leaves the queue when the signal says so. */
async function turn(enter: (wake: Wake) => void, leave: (wake: Wake) => void, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const wake = (): void => {
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const stop = (): void => {
      leave(wake);
      reject(signal?.reason);
    };
    enter(wake);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
