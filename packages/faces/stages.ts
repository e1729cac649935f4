import { type Static, Type } from 'typebox';

/** What is done to an image, in this order. `decode` includes scaling: the decoder does both in one go. */
export const stages = ['read', 'hash', 'decode', 'tensor', 'infer', 'boxes'] as const;
export type Stage = (typeof stages)[number];

/** Milliseconds by stage. */
export const StageMillis = Type.Object({
  read: Type.Number(),
  hash: Type.Number(),
  decode: Type.Number(),
  tensor: Type.Number(),
  infer: Type.Number(),
  boxes: Type.Number(),
});
export type StageMillis = Static<typeof StageMillis>;

/** Adds up how long the stages of one image take. Time that a stage waits for its turn counts as its own. */
export class StageTimes {
  readonly #millis: StageMillis = { read: 0, hash: 0, decode: 0, tensor: 0, infer: 0, boxes: 0 };

  async time<T>(stage: Stage, work: () => T | Promise<T>): Promise<T> {
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.#millis[stage] += performance.now() - begin;
    }
  }

  /** Like `time`, for work that ends at once. */
  timeSync<T>(stage: Stage, work: () => T): T {
    const begin = performance.now();
    try {
      return work();
    } finally {
      this.#millis[stage] += performance.now() - begin;
    }
  }

  get millis(): StageMillis {
    return { ...this.#millis };
  }
}
