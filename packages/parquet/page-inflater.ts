import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { StoredPage } from './decompress.js';
import { UnsupportedError } from './errors.js';
import type { InflateAnswer } from './inflate-thread.js';

/** A page whose bytes in the file have memory of their own. */
interface OwnPage extends StoredPage {
  readonly input: Uint8Array<ArrayBuffer>;
}

/** The thread failed, not the page. */
export class InflateThreadError extends Error {
  override readonly name = 'InflateThreadError';
}

/** Decompresses large pages off the event loop, one at a time, in a thread that begins with the first of them. */
export class PageInflater {
  /**
   * Bytes that the thread's WebAssembly decoder needs for the largest page so far. Its memory never shrinks, so they
   * are taken until the thread ends.
   */
  heapBytes = 0;
  #thread: Worker | undefined;

  /**
   * The bytes of a page.
   *
   * @param page its `input` is handed over and cannot be read afterwards
   * @throws Error when the page is damaged, InflateThreadError when the thread failed; with the signal's reason
   */
  async inflate(page: OwnPage, signal: AbortSignal | undefined): Promise<Uint8Array> {
    // It needs nothing of the environment.
    this.#thread ??= new Worker(new URL('./inflate-thread.js', import.meta.url), { execArgv: [], env: {} });
    this.#thread.postMessage(page, [page.input.buffer]);
    let answer: InflateAnswer;
    try {
      // What the thread posts is its side's type.
      [answer] = (await once(this.#thread, 'message', signal && { signal })) as [InflateAnswer];
    } catch (error) {
      await this.close();
      signal?.throwIfAborted();
      throw new InflateThreadError('the thread that decompresses pages failed', { cause: error });
    }
    if ('bytes' in answer) return answer.bytes;
    throw answer.unsupported ? new UnsupportedError(answer.damage) : new Error(answer.damage);
  }

  /** Ends the thread, also in the middle of a page. */
  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }
}
