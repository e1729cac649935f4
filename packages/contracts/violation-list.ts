/** One way in which a value does not fit its schema. */
export interface Violation {
  /** JSON pointer to the part of the value, empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** At most this many violations are listed; an input of a megabyte may have hundreds of thousands. */
const maxNamed = 100;

/** The violations of a value: the first hundred one by one, the rest as a number. */
export class ViolationList {
  readonly #named: Violation[] = [];
  #count = 0;

  /** The first of them, in the order of the value. */
  get named(): readonly Violation[] {
    return this.#named;
  }

  /** All of them. */
  get count(): number {
    return this.#count;
  }

  /** Whether further violations are only counted, so that nothing has to be put into words for them. */
  get isFull(): boolean {
    return this.#named.length >= maxNamed;
  }

  add(path: string, message: string): void {
    this.addUnnamed();
    if (!this.isFull) this.#named.push({ path, message });
  }

  addUnnamed(): void {
    this.#count += 1;
  }

  /** The same violations at other paths. */
  at(pathOf: (path: string) => string): ViolationList {
    const list = new ViolationList();
    list.#named.push(...this.#named.map(({ path, message }) => ({ path: pathOf(path), message })));
    list.#count = this.#count;
    return list;
  }

  /** The same violations in other words. */
  reworded(wordsOf: (violation: Violation) => string): ViolationList {
    const list = new ViolationList();
    list.#named.push(...this.#named.map((each) => ({ path: each.path, message: wordsOf(each) })));
    list.#count = this.#count;
    return list;
  }

  /** All violations in one line: each as `word` puts it, and how many more there are. */
  describe(word: (violation: Violation) => string): string {
    const more = this.#count - this.#named.length;
    return [...this.#named.map(word), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  }
}
