import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { rowsRead } from '../../../test/helpers/rows-read.js';
import { transaction } from '../pool.js';
import { newRunId, recordRun } from '../runs/record-run.js';
import { listFilesToLoad, listLoadedRelatives, type RunFile } from './outcomes.js';
import { lookUpByKey } from './query-plans.js';

test('what a load reads of the ledger is its files and their relatives, though the statistics know of none', () =>
  withTestDatabase(async ({ pool }) => {
    const batch = 100;
    // Statistics of an empty ledger, as they are while the first files come in by the ten thousand.
    await pool.query('ALTER TABLE ops.file SET (autovacuum_enabled = off)');
    await pool.query('ANALYZE ops.file');
    const runId = newRunId();
    await transaction(pool, async (tx) => {
      const input = { files: ['1'] };
      await recordRun(tx, runId, {
        task: 'stub',
        queue: 'stub',
        trigger: 'watcher',
        priority: 0,
        maxAttempts: 3,
        input,
      });
      await tx.query(
        `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, run_id)
         SELECT 'f' || n, 'stubs', 1, 1, 'bytes ' || n,
           (CASE WHEN n <= $1 THEN 'loading' WHEN n % 2 = 0 THEN 'loading' ELSE 'loaded' END)::ops.file_state,
           CASE WHEN n <= $1 THEN $2::uuid END
         FROM generate_series(1, 20000) n`,
        [batch, runId],
      );
      // One has the bytes of a loaded file, one an older version that is loaded.
      await tx.query(`UPDATE ops.file SET sha256 = 'bytes 20001' WHERE path = 'f1'`);
      await tx.query(
        `INSERT INTO ops.file (path, source, size, mtime_ns, sha256, state, version, current)
         VALUES ('f20001', 'stubs', 1, 1, 'bytes 20001', 'loaded', 1, true), ('f2', 'stubs', 1, 1, 'old', 'loaded', 2, false)`,
      );
      await tx.query(
        `INSERT INTO ops.run_file (run_id, file_id, ordinal) SELECT $1, id, id FROM ops.file WHERE run_id = $1`,
        [runId],
      );
    });
    const client = await pool.connect();
    try {
      let files: RunFile[] = [];
      let relatives: string[] = [];
      const rows = await rowsRead(client, async () => {
        await client.query('BEGIN');
        await lookUpByKey(client);
        files = await listFilesToLoad(client, runId);
        relatives = (await listLoadedRelatives(client, files)).map((file) => file.path).sort();
        await client.query('COMMIT');
      });
      assert.equal(files.length, batch);
      assert.deepEqual(relatives, ['f2', 'f20001']);
      assert.ok(rows <= 4 * batch, `${rows} rows read`);
    } finally {
      client.release();
    }
  }));
