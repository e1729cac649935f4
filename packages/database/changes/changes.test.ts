import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BadInputError } from '#contracts/errors.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { type Bodies, double, withFlowWorker } from '../../../test/helpers/flow-worker.js';
import { openPool, type Pool, transaction } from '../pool.js';
import { conditions } from '../queries/conditions.js';
import { parseSnapshot, snapshotSql, whenSince } from './snapshot.js';

test('each change of a run is kept, with its cause and how long it waited and ran', async (t) => {
  const bodies: Bodies = {
    async double(_context, { n }) {
      if (n === 1) throw new BadInputError('odd', 'expected an even number');
      return { sum: n };
    },
    async 'add-up'(context) {
      await context.invokeAll('all', double, [{ n: 1 }, { n: 2 }], { settled: true });
      context.progress(1, 2);
      return { sum: 0 };
    },
  };
  await withFlowWorker(t, 'postgres', bodies, async ({ start, ended, query }) => {
    const id = await start(2);
    await ended(id);
    const changes = await query(
      `SELECT r.input, c.task, c.trigger, c.was, c.state, c.attempt, c.cause, c.recorded_at = r.created_at AS same,
         c.waited_ms >= 0 AS waited, c.ran_ms >= 0 AS ran
       FROM ops.run_change c JOIN ops.run r ON r.id = c.run_id ORDER BY r.id, c.id`,
    );
    assert.deepEqual(
      changes.map(({ input, task, trigger, was, state, attempt, cause, same, waited, ran }) =>
        [JSON.stringify(input), task, trigger, was, state, attempt, cause, same, waited, ran].join(' '),
      ),
      [
        '{"upTo":2} add-up api  queued 0 recorded true  ',
        '{"upTo":2} add-up api queued running 1 begun true true ',
        '{"upTo":2} add-up api running waiting 1 invoked true  true',
        '{"upTo":2} add-up api waiting running 2 begun true  ',
        '{"upTo":2} add-up api running succeeded 2 returned true  true',
        '{"n":1} double invoke  queued 0 recorded true  ',
        '{"n":1} double invoke queued running 1 begun true true ',
        '{"n":1} double invoke running failed 1 BadInputError true  true',
        '{"n":2} double invoke  queued 0 recorded true  ',
        '{"n":2} double invoke queued running 1 begun true true ',
        '{"n":2} double invoke running succeeded 1 returned true  true',
      ],
    );
  });
});

test('a session that has changed one run changes forty thousand with its plan for one', () =>
  withTestDatabase(async ({ url, pool }) => {
    const runs = 40_000;
    await pool.query(
      `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
       SELECT id, id, 'many', 'q', 'queued', 'api', '{}', 1 FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, $1)) one`,
      [runs],
    );
    const session = openPool({ url, name: 'test', max: 1, byKey: true, onError: () => {} });
    try {
      // Each of the rows compared with each other would take minutes.
      await session.query(`SET statement_timeout = '60s'`);
      const cancel = (limit: number) =>
        session.query(
          `UPDATE ops.run SET state = 'cancelled', ended_at = now() WHERE id IN (SELECT id FROM ops.run WHERE state = 'queued' LIMIT $1)`,
          [limit],
        );
      await cancel(1);
      await cancel(runs);
    } finally {
      await session.end();
    }
    const { rows } = await pool.query(
      `SELECT count(DISTINCT run_id)::int AS runs FROM ops.run_change WHERE state = 'cancelled'`,
    );
    assert.deepEqual(rows, [{ runs }]);
  }));

/** The paths of files that changed since a moment, and the moment of the answer. */
async function changedSince(pool: Pool, since: string): Promise<{ paths: string[]; now: string }> {
  const where = conditions();
  whenSince(where, parseSnapshot(since), 'c.xid');
  const { rows } = await pool.query<{ now: string; paths: string[] }>(
    `SELECT ${snapshotSql} AS now, ARRAY(SELECT f.path FROM ops.file_change c JOIN ops.file f ON f.id = c.file_id
       WHERE ${where.sql()} ORDER BY c.xid, c.id) AS paths`,
    where.values,
  );
  const [row] = rows;
  return row ?? assert.fail('a statement without a table has one row');
}

test('what was committed since a moment is found once, in whatever order transactions end', async () => {
  await withTestDatabase(async ({ pool }) => {
    const add = (path: string): string =>
      `INSERT INTO ops.file (path, size, mtime_ns, state) VALUES ('${path}', 1, 1, 'arriving')`;
    const { rows } = await pool.query<{ now: string }>(`SELECT ${snapshotSql} AS now`);
    let now = rows[0]?.now ?? '';
    const look = async (): Promise<string[]> => {
      const found = await changedSince(pool, now);
      now = found.now;
      return found.paths;
    };
    await pool.query(add('before'));
    await transaction(pool, async (long) => {
      await long.query(add('long 1'));
      assert.deepEqual(await look(), ['before']);
      await pool.query(add('short'));
      await transaction(pool, (rolledBack) =>
        rolledBack.query(add('undone')).then(() => Promise.reject(new Error('x'))),
      ).catch(() => {});
      assert.deepEqual(await look(), ['short'], 'a long transaction holds up nobody');
      await long.query(add('long 2'));
      await long.query(`UPDATE ops.file SET size = 2 WHERE path = 'long 1'`);
      assert.deepEqual(await look(), []);
    });
    await pool.query(`UPDATE ops.file SET state = 'settled' WHERE path IN ('before', 'short')`);
    assert.deepEqual(await look(), ['long 1', 'long 2', 'before', 'short']);
    assert.deepEqual(await look(), []);
  });
});

test('a text that is no snapshot is refused', () => {
  assert.deepEqual(parseSnapshot('5:9:5,7'), { text: '5:9:5,7', end: 9n, open: [5n, 7n] });
  for (const text of ['', '5:9', '5:9:5,', 'a:9:', "5:9:5'"]) assert.throws(() => parseSnapshot(text), /10:12:10,11/);
});
