import { DiskCache, type DiskCacheOptions } from './disk-cache.js';
import { PictureRenderer } from './renderer.js';

/** What of a renderer is used here. */
export type PictureRendering = Pick<PictureRenderer, 'render' | 'close'>;

/** What `Pictures` is made of. */
export interface PicturesOptions {
  readonly cache: DiskCacheOptions;
  /** Closed with this; default: one of its own. */
  readonly renderer?: PictureRendering;
}

/** Renders one picture with the renderer it is given; for checks before and after. */
type Render = (renderer: PictureRendering) => Promise<Uint8Array>;

/** Rendered pictures: from the cache on disk, or rendered now and kept. Those who ask for the same at once share it. */
export class Pictures {
  readonly #cache: DiskCache;
  readonly #renderer: PictureRendering;
  readonly #underWay = new Map<string, Promise<Uint8Array>>();

  constructor({ cache, renderer }: PicturesOptions) {
    this.#cache = new DiskCache(cache);
    this.#renderer = renderer ?? new PictureRenderer();
  }

  /**
   * The picture that `key` stands for (small letters and digits; another key for other bytes). `render` is called only
   * where it is not kept; rejects as that does.
   */
  async get(key: string, render: Render): Promise<Uint8Array> {
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) return await underWay;
    const work = this.#make(key, render).finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, work);
    return await work;
  }

  /** Stops rendering. Idempotent. */
  close(): Promise<void> {
    return this.#renderer.close();
  }

  async #make(key: string, render: Render): Promise<Uint8Array> {
    const kept = await this.#cache.get(key);
    if (kept !== undefined) return kept;
    const bytes = await render(this.#renderer);
    await this.#cache.put(key, bytes);
    return bytes;
  }
}
