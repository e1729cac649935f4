import type { Tx } from '../../pool.js';

/**
 * The indexes of detections by type and by vehicle have all that is asked for, so that the table need not be read; over all
 * rows both cost about the same, and the server would take the table. It may where much was loaded since the last vacuum, as
 * each entry of an index then has to be looked up in the table.
 */
export async function readCoveringIndexes(tx: Tx): Promise<void> {
  await tx.query(
    `SELECT set_config('enable_seqscan', CASE WHEN relallvisible >= 0.9 * relpages THEN 'off' ELSE current_setting('enable_seqscan') END, true)
     FROM pg_class WHERE oid = 'fleet.objects_detection'::regclass`,
  );
}
