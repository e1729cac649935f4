import { escapeIdentifier } from 'pg';
import type { Pool } from '../pool.js';
import { quoteTable } from '../quote.js';

/** A loaded file with rows on a day. */
export interface FileOfDay {
  readonly id: string;
  /** Its path has no newer version. */
  readonly isCurrent: boolean;
}

/**
 * The loaded files with rows on a day, by id.
 * @param column the time by which the table is partitioned; with a zone it is read in UTC
 * @param day `2023-01-01`
 */
export async function listFilesOfDay(pool: Pool, table: string, column: string, day: string): Promise<FileOfDay[]> {
  const time = escapeIdentifier(column);
  // The sessions of the pool speak UTC, so a day begins at the same moment with and without a zone.
  const { rows } = await pool.query<FileOfDay>(
    `SELECT f.id, f.current AS "isCurrent"
     FROM (SELECT DISTINCT file_id FROM ${quoteTable(table)} WHERE ${time} >= $1::date AND ${time} < $1::date + 1) r
     JOIN ops.file f ON f.id = r.file_id AND f.state = 'loaded'
     ORDER BY f.path COLLATE "C", f.id`,
    [day],
  );
  return rows;
}
