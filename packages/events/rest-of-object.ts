import type { ByteWindow } from './byte-window.js';
import { JsonChecker } from './json-checker.js';

/** Reads over what follows the events in their wrapping object. It must be JSON, of any size: nothing of it is kept. */
export class RestOfObject {
  readonly #checker = new JsonChecker({ restOfObject: true });
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  /**
   * Reads on in the window, up to the end of a key (with its colon), of the object, or of the window.
   * @returns the key, if it came to one, and whether the object has ended
   * @throws BadInputError `bad-json`, `bad-encoding`, `too-deep`
   */
  read(window: ByteWindow): { readonly key?: string; readonly hasEnded: boolean } {
    const { bytes, at, end } = window;
    const stop = this.#checker.check(bytes, at, end);
    const { state } = this.#checker;
    if (state === 'faulty') throw this.#checker.refusal(window.positionOf(stop));
    try {
      this.#decoder.decode(bytes.subarray(at, stop), { stream: true });
    } catch {
      throw window.badEncoding(at, stop);
    }
    window.at = stop;
    return state === 'key' ? { key: this.#checker.key, hasEnded: false } : { hasEnded: state === 'ended' };
  }
}
