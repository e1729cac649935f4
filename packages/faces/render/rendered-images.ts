import { DiskCache, type DiskCacheOptions } from './disk-cache.js';
import { ImageRenderer } from './renderer.js';

/** What of a renderer is used here. */
export type ImageRendering = Pick<ImageRenderer, 'render' | 'close'>;

/** What `Images` is made of. */
export interface RenderedImagesOptions {
  readonly cache: DiskCacheOptions;
  /** Closed with this; default: one of its own. */
  readonly renderer?: ImageRendering;
}

/** Renders one image with the renderer it is given; for checks before and after. */
type Render = (renderer: ImageRendering) => Promise<Uint8Array>;

/** Rendered images: from the cache on disk, or rendered now and kept. Those who ask for the same at once share it. */
export class RenderedImages {
  readonly #cache: DiskCache;
  readonly #renderer: ImageRendering;
  readonly #underWay = new Map<string, Promise<Uint8Array>>();

  constructor({ cache, renderer }: RenderedImagesOptions) {
    this.#cache = new DiskCache(cache);
    this.#renderer = renderer ?? new ImageRenderer();
  }

  /**
   * The image that `key` stands for (small letters and digits; another key for other bytes). `render` is called only
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
