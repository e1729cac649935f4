import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Queryable, Tx } from '../pool.js';
import { quoteTable } from '../quote.js';

/** What a file waits for. */
interface Wait {
  readonly fileId: bigint;
  readonly dataset: string;
  readonly key: string;
}

/** Where rows are that files wait for. */
export interface KeyedTable {
  /** Name of the dataset. */
  readonly dataset: string;
  readonly table: string;
  /** The column with the keys. */
  readonly key: string;
}

/** Notes what files wait for, in place of what was noted of them before. */
export async function recordWaits(tx: Tx, fileIds: readonly bigint[], waits: readonly Wait[]): Promise<void> {
  await tx.query('DELETE FROM ops.file_wait WHERE file_id = ANY($1::bigint[])', [fileIds]);
  if (waits.length === 0) return;
  await tx.query(
    `INSERT INTO ops.file_wait (file_id, dataset, key)
     SELECT w.* FROM unnest($1::bigint[], $2::text[], $3::text[]) AS w (file_id, dataset, key)
     JOIN ops.file f ON f.id = w.file_id AND f.waiting`,
    [waits.map((w) => w.fileId), waits.map((w) => w.dataset), waits.map((w) => w.key)],
  );
}

/**
 * Lets files go that wait for rows which this transaction has written, and for nothing else: as it is committed they are
 * ready for a run.
 * @param keys a statement whose rows are the keys; `values` are its parameters
 */
export async function wakeWaiting(
  tx: Tx,
  dataset: string,
  keys: { readonly sql: string; readonly values: readonly unknown[] },
): Promise<void> {
  // Under their lock, so that of two transactions which each bring one of two rows the second one sees what the first did.
  const { rows } = await tx.query<{ id: string }>(
    `SELECT f.id FROM ops.file f WHERE f.waiting AND f.id IN (
       SELECT w.file_id FROM ops.file_wait w WHERE w.dataset = ${escapeLiteral(dataset)} AND w.key IN (${keys.sql}))
     ORDER BY f.id FOR NO KEY UPDATE`,
    [...keys.values],
  );
  if (rows.length === 0) return;
  await tx.query(`DELETE FROM ops.file_wait w WHERE w.dataset = ${escapeLiteral(dataset)} AND w.key IN (${keys.sql})`, [
    ...keys.values,
  ]);
  await tx.query(
    `UPDATE ops.file f SET waiting = false, code = NULL, reason = NULL, updated_at = now()
     WHERE f.id = ANY($1::bigint[]) AND f.waiting AND NOT EXISTS (SELECT FROM ops.file_wait w WHERE w.file_id = f.id)`,
    [rows.map(({ id }) => id)],
  );
}

/**
 * Lets all files go whose rows are there by now. It is for what `wakeWaiting` cannot see: a transaction that notes a wait
 * and one that writes the row know nothing of each other when they are committed at the same time.
 * @returns how many
 */
export async function wakeMissed(db: Queryable, tables: readonly KeyedTable[]): Promise<number> {
  if (tables.length === 0) return 0;
  const isThere = tables.map(
    ({ dataset, table, key }) =>
      `(w.dataset = ${escapeLiteral(dataset)} AND EXISTS (
         SELECT FROM ${quoteTable(table)} t WHERE t.${escapeIdentifier(key)} = w.key))`,
  );
  const { rowCount } = await db.query(
    `WITH woken AS (
       UPDATE ops.file f SET waiting = false, code = NULL, reason = NULL, updated_at = now()
       WHERE f.waiting AND f.state = 'settled'
         AND NOT EXISTS (SELECT FROM ops.file_wait w WHERE w.file_id = f.id AND NOT (${isThere.join(' OR ')}))
       RETURNING f.id
     ), met AS (DELETE FROM ops.file_wait w USING woken WHERE w.file_id = woken.id)
     SELECT FROM woken`,
  );
  return rowCount ?? 0;
}
