/**
 * Shares out an amount of something: work starts when what it takes is left, first come, first served. Work that takes
 * more than there is waits until nothing else runs.
 */
export class Budget {
  readonly #total: number;
  readonly #waiting: { readonly amount: number; begin(): void }[] = [];
  #left: number;

  constructor(total: number) {
    this.#total = total;
    this.#left = total;
  }

  async run<T>(amount: number, work: () => Promise<T>): Promise<T> {
    const share = Math.min(amount, this.#total);
    if (this.#waiting.length > 0 || share > this.#left) {
      // What it takes is taken off before it begins, in `#next`.
      await new Promise<void>((begin) => this.#waiting.push({ amount: share, begin }));
    } else {
      this.#left -= share;
    }
    try {
      return await work();
    } finally {
      this.#left += share;
      this.#next();
    }
  }

  #next(): void {
    for (let next = this.#waiting[0]; next !== undefined && next.amount <= this.#left; next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#left -= next.amount;
      next.begin();
    }
  }
}
