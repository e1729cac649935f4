import type { StageMillis } from '#faces/stages.js';

/** Adds up how long the stages of a run's images took, and the writing of their rows. */
export class StageSums {
  readonly #millis = new Map<string, number>();
  #images = 0;

  /** @param stages milliseconds of one image */
  add(stages: StageMillis): void {
    this.#images += 1;
    for (const [stage, millis] of Object.entries(stages)) this.#add(stage, millis);
  }

  async timeWrite<T>(work: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.#add('write', performance.now() - begin);
    }
  }

  /** Images, and milliseconds by stage, to a tenth; `write` is that of the rows. */
  get fields(): Record<string, number> {
    const millis = [...this.#millis].map(([stage, sum]) => [stage, Math.round(sum * 10) / 10]);
    return { pictures: this.#images, ...Object.fromEntries(millis) };
  }

  #add(stage: string, millis: number): void {
    this.#millis.set(stage, (this.#millis.get(stage) ?? 0) + millis);
  }
}
