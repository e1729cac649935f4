import type { Tx } from '../pool.js';

/**
 * SQL that is true: the statement's transaction is that of the actor whose name the parameter has, as `ops.run_change` and
 * `ops.file_change` keep it. With null it stays the session's own (PoolOptions.actor). So that a person's action has its name
 * without a statement of its own.
 */
export const actsAs = (param: string): string =>
  `(${param}::text IS NULL OR set_config('millrace.actor', ${param}, true) IS NOT NULL)`;

/** The same for a transaction of several statements. @param actor undefined: the session's own */
export async function actAs(tx: Tx, actor: string | undefined): Promise<void> {
  if (actor !== undefined) await tx.query(`SELECT set_config('millrace.actor', $1, true)`, [actor]);
}
