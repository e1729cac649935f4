import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import { dispatchBatch, markDuplicates } from '#database/ledger/dispatch.js';
import { listFilesToLoad, recordOutcomes } from '#database/ledger/outcomes.js';
import { transaction } from '#database/pool.js';
import { withTestDatabase } from '../helpers/database.js';
import { statesByPath } from '../helpers/ledger.js';
import { waitFor } from '../helpers/wait.js';

const supersede = `UPDATE ops.file SET state = 'superseded', current = false WHERE path = 'old'`;

test('a file is not marked the duplicate of one whose rows are being taken away', () =>
  withTestDatabase(async ({ pool }) => {
    await insertTwins(pool);
    const marked = await transaction(pool, async (tx) => {
      await tx.query(supersede);
      const marking = markDuplicates(pool, [{ fileId: 2n, loadedId: 1n, moved: false }]);
      await waitFor('it waits for the run that takes them away', async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return rowCount === 1 ? true : undefined;
      });
      return { marking };
    });
    assert.equal(await marked.marking, 0);
    assert.equal((await statesByPath(pool))['new'], 'settled');
  }));

test('a run that finds a duplicate, whose twin another run takes away meanwhile, sends it back to be loaded', () =>
  withTestDatabase(async ({ pool }) => {
    await insertTwins(pool);
    const run = { task: 'stub', queue: 'stub', trigger: 'watcher', priority: 0, maxAttempts: 3 } as const;
    const batch = await dispatchBatch(pool, 'stubs', { files: 10, bytes: 1e9 }, run, (ids) => ({
      files: ids.map(String),
    }));
    const fence = { runId: batch?.run.id ?? '', attempt: 1 };
    const [file] = await listFilesToLoad(pool, fence.runId);
    assert.ok(file);
    await pool.query(supersede);
    const twin = { id: 1n, path: 'old', size: 1n, mtimeNs: 1n, sha256: 'same' };
    await transaction(pool, (tx) =>
      recordOutcomes(tx, fence, [{ kind: 'duplicate', file, of: twin, moved: false }], []),
    );
    assert.equal((await statesByPath(pool))['new'], 'settled');
  }));

/** A loaded file, and a settled one with the same bytes. */
async function insertTwins(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO ops.file (id, path, source, size, mtime_ns, sha256, state, settled_at)
     VALUES (1, 'old', 'stubs', 1, 1, 'same', 'loaded', now()), (2, 'new', 'stubs', 1, 1, 'same', 'settled', now())`,
  );
}
