import type { Pool } from '../pool.js';
import { readingLimitMs, readTogether } from './reading.js';

/** Rows of one dataset. */
export interface DatasetRows {
  /** Name of the dataset. */
  readonly name: string;
  readonly files: number;
  readonly rows: number;
}

/**
 * The rows that a run loaded, as far as they are there, by dataset. Reads the run's files, each by its id.
 * @throws DatabaseError 57014 when it took longer than `readingLimitMs`
 */
export function readRunRows(pool: Pool, runId: string): Promise<DatasetRows[]> {
  return readTogether(pool, readingLimitMs, async (tx) => {
    // OFFSET 0 keeps the conditions out of the search, see listFilesToLoad. A source with one dataset has that of its name.
    const { rows } = await tx.query<DatasetRows>(
      `SELECT COALESCE(t.dataset, f.source) AS name, count(*)::int AS files, sum(COALESCE(t.rows::bigint, f.rows))::float8 AS rows
       FROM ops.run_file r CROSS JOIN LATERAL (SELECT * FROM ops.file WHERE id = r.file_id OFFSET 0) f
         LEFT JOIN LATERAL jsonb_each_text(f.table_rows) t(dataset, rows) ON true
       WHERE r.run_id = $1 AND f.run_id = $1 AND f.state = 'loaded' AND f.source IS NOT NULL
         AND COALESCE(t.rows::bigint, f.rows) > 0
       GROUP BY 1 ORDER BY 1`,
      [runId],
    );
    return rows;
  });
}
