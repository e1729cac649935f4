import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { waitFor } from '../../../test/helpers/wait.js';
import type { Tx } from '../pool.js';
import { wakeMissed, wakeWaiting } from './waits.js';

const tables = [{ dataset: 'recording', table: 'recordings.recording', key: 'id' }];

interface Sessions {
  readonly pool: pg.Pool;
  open(): Promise<pg.Client>;
  /** Whether the file waits, and for which rows still. */
  state(): Promise<{ readonly waiting: boolean; readonly keys: readonly string[] }>;
}

/** A file that waits for the recordings a and b. */
const withWaitingFile = (work: (sessions: Sessions) => Promise<void>): Promise<void> =>
  withTestDatabase(async ({ pool, url }) => {
    const open: pg.Client[] = [];
    await pool.query(
      `INSERT INTO ops.file (id, source, path, size, mtime_ns, sha256, state, waiting)
       VALUES (1, 'recordings', 'footages_1.json', 1, 1, 'x', 'settled', true)`,
    );
    await pool.query(`INSERT INTO ops.file_wait VALUES (1, 'recording', 'a'), (1, 'recording', 'b')`);
    try {
      await work({
        pool,
        async open() {
          const client = new pg.Client({ connectionString: url });
          open.push(client);
          await client.connect();
          await client.query('BEGIN');
          return client;
        },
        async state() {
          const { rows } = await pool.query(
            `SELECT waiting, ARRAY(SELECT key FROM ops.file_wait w WHERE w.file_id = f.id ORDER BY key) AS keys FROM ops.file f`,
          );
          return rows[0];
        },
      });
    } finally {
      for (const client of open) await client.end();
    }
  });

async function bring(tx: Tx, id: string): Promise<void> {
  await tx.query(`INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ($1, 'Vienna', 2, 0)`, [id]);
  await wakeWaiting(tx, 'recording', { sql: 'SELECT unnest($1::text[])', values: [[id]] });
}

test('a file is let go by the commit that brings the last row it waits for, and not by one that is rolled back', () =>
  withWaitingFile(async ({ open, state }) => {
    const first = await open();
    await bring(first, 'a');
    await bring(first, 'b');
    await first.query('ROLLBACK');
    assert.deepEqual(await state(), { waiting: true, keys: ['a', 'b'] });
    const second = await open();
    await bring(second, 'a');
    await second.query('COMMIT');
    assert.deepEqual(await state(), { waiting: true, keys: ['b'] });
    const third = await open();
    await bring(third, 'b');
    assert.equal((await state()).waiting, true, 'not before it is committed');
    await third.query('COMMIT');
    assert.deepEqual(await state(), { waiting: false, keys: [] });
  }));

test('of two transactions that bring one row each at a time the second one lets the file go', () =>
  withWaitingFile(async ({ pool, open, state }) => {
    const [first, second] = [await open(), await open()];
    await bring(first, 'a');
    const { rows } = await second.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const brought = bring(second, 'b');
    await waitFor('the second one waits for the first', async () => {
      const blocked = await pool.query('SELECT FROM pg_stat_activity WHERE pid = $1 AND wait_event_type = $2', [
        rows[0]?.pid,
        'Lock',
      ]);
      return blocked.rowCount === 1 ? true : undefined;
    });
    await first.query('COMMIT');
    await brought;
    await second.query('COMMIT');
    assert.deepEqual(await state(), { waiting: false, keys: [] });
  }));

test('the look for what nobody saw lets go only files all of whose rows are there', () =>
  withWaitingFile(async ({ pool, state }) => {
    const insert = `INSERT INTO recordings.recording (id, location, file_id, ordinal) VALUES ($1, 'Vienna', 2, 0)`;
    assert.equal(await wakeMissed(pool, tables), 0);
    await pool.query(insert, ['a']);
    assert.equal(await wakeMissed(pool, tables), 0);
    await pool.query(insert, ['b']);
    assert.equal(await wakeMissed(pool, []), 0, 'of tables that it is not told of it knows nothing');
    assert.equal(await wakeMissed(pool, tables), 1);
    assert.deepEqual(await state(), { waiting: false, keys: [] });
  }));
