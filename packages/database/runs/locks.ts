import { sqlState } from '../error-kinds.js';
import type { Tx } from '../pool.js';

/** Milliseconds after which a session that locks a run and says nothing hangs, and for which its lock is waited for. */
export const hangingMs = 5_000;

/** Source: PostgreSQL manual, appendix "Error Codes". */
export const lockNotAvailable = '55P03';
const deadlockDetected = '40P01';

/** Whether a statement failed because it did not get a lock: not in time, or since of two that waited for each other it gave way. */
export function isLockError(error: unknown): boolean {
  const code = sqlState(error);
  return code === lockNotAvailable || code === deadlockDetected;
}

/** Has each wait of the transaction for a lock end with the error `lockNotAvailable` after a while. */
export async function limitLockWait(tx: Tx, ms = hangingMs): Promise<void> {
  await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [`${ms}ms`]);
}

/** Runs could not be changed because others keep them locked. */
export class RunsLockedError extends Error {
  override readonly name = 'RunsLockedError';
  constructor(count: number, options?: ErrorOptions) {
    super(
      `${count === 1 ? 'the run is' : `some of the ${count} runs are`} locked by a transaction that goes on; nothing was changed, try again soon`,
      options,
    );
  }
}
