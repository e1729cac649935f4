import assert from 'node:assert/strict';
import type pg from 'pg';
import { assertSummary } from './summary.js';

/** The rows of a recording's file, which are counted over all four tables. */
const recordings = ['recording', 'footage', 'label', 'sensor']
  .map((table) => `SELECT file_id, ordinal FROM recordings.${table}`)
  .join(' UNION ALL ');

/** Each finds what must never be; a row of an answer is a broken promise. */
const violations: Readonly<Record<string, string>> = {
  'a run is open': `SELECT id, state FROM ops.run WHERE state NOT IN ('succeeded', 'failed', 'cancelled')`,
  'a file is under way': `SELECT id, path, state FROM ops.file WHERE state IN ('arriving', 'settled', 'loading')`,
  'an attempt never ended': `SELECT run_id, number FROM ops.attempt WHERE state = 'running' OR ended_at IS NULL`,
  'a succeeded run has not exactly one succeeded attempt': `
    SELECT r.id FROM ops.run r LEFT JOIN ops.attempt a ON a.run_id = r.id AND a.state = 'succeeded'
    WHERE r.state = 'succeeded' GROUP BY r.id HAVING count(a.number) <> 1`,
  'rows belong to no loaded file, or are not as many as it says': `
    WITH rows AS (
      SELECT file_id, count(*) AS n FROM dwh.data_sample GROUP BY 1
      UNION ALL SELECT file_id, count(*) FROM fleet.objects_detection GROUP BY 1
      UNION ALL SELECT file_id, count(*) FROM fleet.vehicle_status GROUP BY 1
      UNION ALL SELECT file_id, count(*) FROM (${recordings}) r GROUP BY 1
      UNION ALL SELECT i.file_id, 1 + (SELECT count(*) FROM dwd.face f WHERE f.file_id = i.file_id) FROM dwd.image i)
    SELECT f.id AS file, f.path, f.state, f.rows AS said, rows.file_id, rows.n
    FROM (SELECT * FROM ops.file WHERE state = 'loaded') f FULL JOIN rows ON rows.file_id = f.id
    WHERE COALESCE(f.rows, 0) <> COALESCE(rows.n, 0) OR (f.id IS NULL AND rows.n > 0)`,
  'a row is doubled or missing': `
    SELECT file_id, count(*), count(DISTINCT ordinal), max(ordinal) FROM (
      SELECT file_id, ordinal FROM dwh.data_sample
      UNION ALL SELECT file_id, ordinal FROM fleet.objects_detection
      UNION ALL SELECT file_id, ordinal FROM fleet.vehicle_status) rows
    GROUP BY 1 HAVING count(*) <> count(DISTINCT ordinal) OR max(ordinal) <> count(*) - 1`,
  'a row of recordings is doubled': `
    SELECT file_id FROM (${recordings}) r GROUP BY 1 HAVING count(*) <> count(DISTINCT ordinal)`,
  'a row of recordings lacks what it refers to': `
    SELECT l.file_id FROM recordings.label l LEFT JOIN recordings.footage f ON f.id = l.footage WHERE f.id IS NULL
    UNION ALL SELECT s.file_id FROM recordings.sensor s LEFT JOIN recordings.recording r ON r.id = s.recording WHERE r.id IS NULL
    UNION ALL SELECT f.file_id FROM recordings.footage f LEFT JOIN recordings.recording r ON r.id = f.recording WHERE r.id IS NULL`,
  'a file waits that does not, or for nothing': `
    SELECT f.id FROM ops.file f WHERE f.waiting AND (f.state <> 'settled'
      OR NOT EXISTS (SELECT FROM ops.file_wait w WHERE w.file_id = f.id))`,
  'the layers of the images differ': `
    SELECT file_id FROM ods.image o FULL JOIN dwd.image d USING (file_id)
    WHERE o.file_id IS NULL OR d.file_id IS NULL OR d.face_no <> (SELECT count(*) FROM dwd.face f WHERE f.file_id = d.file_id)`,
  'bytes that were moved in the inbox have no rows': `
    SELECT f.id, f.path FROM ops.file f WHERE f.state = 'duplicate' AND f.current AND f.moved
      AND NOT EXISTS (SELECT FROM ops.file l WHERE l.source = f.source AND l.sha256 = f.sha256 AND l.state = 'loaded')`,
  'a path has two loaded versions': `SELECT path FROM ops.file WHERE state = 'loaded' GROUP BY path HAVING count(*) > 1`,
  'what a run says it wrote is not what its files say': `
    SELECT r.id, r.output->'rows', sum(f.rows) FROM ops.run r JOIN ops.file f ON f.run_id = r.id AND f.state = 'loaded'
    WHERE NOT EXISTS (SELECT FROM ops.run_file rf WHERE rf.run_id = r.id AND rf.file_id NOT IN (SELECT id FROM ops.file WHERE state = 'loaded'))
    GROUP BY r.id HAVING (r.output->>'rows')::bigint <> sum(f.rows)`,
  'a loaded file leads to no succeeded attempt of a worker': `
    SELECT f.id, f.path FROM ops.file f
    LEFT JOIN ops.attempt a ON a.run_id = f.run_id AND a.number = f.attempt
    LEFT JOIN ops.worker w ON w.id = a.worker_id
    WHERE f.state = 'loaded' AND (w.id IS NULL OR a.state <> 'succeeded')`,
};

/** Compares the datasets with the ledger and the run record, once everything is at rest (promises 2, 3 and 4). */
export async function assertTruth(pool: pg.Pool): Promise<void> {
  for (const [what, sql] of Object.entries(violations)) {
    const { rows } = await pool.query(sql);
    assert.deepEqual(rows, [], what);
  }
  await assertSummary(pool);
}
