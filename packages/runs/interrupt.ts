import type { Pool, Tx } from '#database/pool.js';
import { cancelStatement, enterSession } from '#database/runs/run-sessions.js';

/** Milliseconds that aborted work has to stop by itself, and milliseconds between two cancels after that. */
const intervalMs = 500;

/**
 * Does the work of a run's transaction so that an abort reaches into it: a statement that waits, for example for a
 * lock, hears of no abort signal and would outlast any deadline of a stop. It is cancelled on the server.
 */
export async function interruptibly<T>(
  { pool, tx, runId, signal }: { pool: Pool; tx: Tx; runId: string; signal: AbortSignal },
  work: () => Promise<T>,
): Promise<T> {
  const session = await enterSession(tx, runId);
  let timer: NodeJS.Timeout | undefined;
  let cancelling: Promise<void> = Promise.resolve();
  const arm = (): void => {
    timer = setInterval(() => {
      cancelling = cancelStatement(pool, session).catch(() => {});
    }, intervalMs);
  };
  if (signal.aborted) arm();
  else signal.addEventListener('abort', arm, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', arm);
    clearInterval(timer);
    // One on its way must not outlive the work: it needs the pool, and the session may soon be another's.
    await cancelling;
  }
}
