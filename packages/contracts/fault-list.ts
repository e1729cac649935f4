/** One thing that is wrong with a value. */
export interface Fault {
  /** JSON pointer to the place, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Most faults that are named; an input of a megabyte may have hundreds of thousands. */
const mostNamed = 100;

/** The faults of a value: the first hundred by name, the rest by their number. */
export class FaultList {
  readonly #named: Fault[] = [];
  #count = 0;

  /** The first of them, in the order of the value. */
  get named(): readonly Fault[] {
    return this.#named;
  }

  /** All of them. */
  get count(): number {
    return this.#count;
  }

  /** Whether further faults are only counted, so that nothing has to be put into words for them. */
  get isFull(): boolean {
    return this.#named.length >= mostNamed;
  }

  add(path: string, message: string): void {
    this.addUnnamed();
    if (!this.isFull) this.#named.push({ path, message });
  }

  addUnnamed(): void {
    this.#count += 1;
  }

  /** The same faults at other paths. */
  at(pathOf: (path: string) => string): FaultList {
    const list = new FaultList();
    list.#named.push(...this.#named.map(({ path, message }) => ({ path: pathOf(path), message })));
    list.#count = this.#count;
    return list;
  }

  /** All faults in one line: each as `word` puts it, and how many more there are. */
  describe(word: (fault: Fault) => string): string {
    const more = this.#count - this.#named.length;
    return [...this.#named.map(word), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  }
}
