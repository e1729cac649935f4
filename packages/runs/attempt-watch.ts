import { FencedError, messageOf } from '#contracts/errors.js';
import type { Pool } from '#database/pool.js';
import type { Fence } from '#database/runs/attempt-types.js';
import { listLostAttempts } from '#database/runs/held-attempts.js';
import type { Logger } from '#process/log.js';

/** Notices that attempts of this process no longer hold their runs: those were cancelled, or others took them over. */
export interface AttemptWatch {
  /**
   * Watches an attempt.
   * @param onLost called once, at the latest two intervals after it lost its run
   * @returns ends the watch
   */
  add(fence: Fence, onLost: (reason: FencedError) => void): () => void;
}

/** Milliseconds between two looks; an attempt that is over before the first one costs nothing. */
const intervalMs = 500;

interface Watched {
  readonly fence: Fence;
  onLost(reason: FencedError): void;
  /** Whether it was there at the look before. */
  isOld: boolean;
}

/** Asks the record, in one statement for all attempts of the process, and only while there are some. */
export function watchAttempts(pool: Pool, log: Logger): AttemptWatch {
  const watched = new Set<Watched>();
  let isDue = false;

  const look = async (): Promise<void> => {
    const old = [...watched].filter(({ isOld }) => isOld);
    for (const each of watched) each.isOld = true;
    if (old.length === 0) return;
    const lost = await listLostAttempts(
      pool,
      old.map(({ fence }) => fence),
    );
    for (const { runId, attempt, reason } of lost) {
      // One that has ended by itself meanwhile is watched no more.
      const each = old.find(({ fence }) => fence.runId === runId && fence.attempt === attempt);
      if (!each || !watched.delete(each)) continue;
      each.onLost(new FencedError(`attempt ${attempt} of run ${runId} stops, it no longer holds it: ${reason}`));
    }
  };
  const lookLater = (): void => {
    if (isDue) return;
    isDue = true;
    setTimeout(async () => {
      try {
        await look();
      } catch (error) {
        log.debug({ err: error }, `whether attempts hold their runs could not be asked: ${messageOf(error)}`);
      }
      isDue = false;
      if (watched.size > 0) lookLater();
    }, intervalMs).unref();
  };
  return {
    add(fence, onLost) {
      const each: Watched = { fence, onLost, isOld: false };
      watched.add(each);
      lookLater();
      return () => {
        watched.delete(each);
      };
    },
  };
}
