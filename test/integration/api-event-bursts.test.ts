import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyedSession } from '#database/changes/keyed-session.js';
import { readChanges } from '#database/changes/read-changes.js';
import { parseSnapshot } from '#database/changes/snapshot.js';
import { transaction } from '#database/pool.js';
import { buildApp } from '../../apps/api/app.js';
import { EventReader } from '../helpers/event-reader.js';
import { type Scan, scansOf } from '../helpers/explain.js';
import { waitFor } from '../helpers/wait.js';
import { type TestApi, withApi } from './api-fixture.js';

const listening = ({ app }: Pick<TestApi, 'app'>): Promise<string> => app.listen({ host: '127.0.0.1', port: 0 });

const addRuns = (count: number): string =>
  `INSERT INTO ops.run (id, task, queue, state, trigger, input, root_id, max_attempts)
   SELECT id, 'flow', 'light', 'queued', 'api', '{}', id, 1 FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, ${count})) ids`;
const addFiles = (prefix: string, count: number): string =>
  `INSERT INTO ops.file (path, size, mtime_ns, state) SELECT '${prefix}' || n, 1, 1, 'arriving' FROM generate_series(1, ${count}) n`;

test('what is committed in more rows than are read at a time comes whole and in order, also to whoever leaves in its middle', () =>
  withApi(async (api) => {
    const other = await buildApp(api.deps);
    const urls = [await listening(api), await listening({ app: other })];
    const path = '/api/events?kind=run,file';
    const stay = await EventReader.open(urls[0] + path);
    await stay.until('it has begun', ({ length }) => length === 1);
    // Larger than a read, than a page, and than what is kept in memory.
    await transaction(api.pool, async (tx) => {
      await tx.query(addFiles('first ', 5_000));
      await tx.query(addRuns(4_500));
      await tx.query(addFiles('second ', 13_000));
      await api.pool.query(addFiles('short ', 3));
      await stay.until('the short one came', () => stay.of('file').length === 3);
    });
    const total = 3 + 5_000 + 4_500 + 13_000;
    let seen: string[] = [];
    let reader = await EventReader.open(urls[1] + path, { lastId: stay.events[0]?.id });
    for (let n = 0; ; n++) {
      const enough = Math.min(total, seen.length + 2_300);
      await waitFor('more came', async () => (seen.length + reader.events.length >= enough ? true : undefined));
      reader.close();
      seen = [...seen, ...reader.events.map(({ data }) => data.path ?? data.run)];
      if (seen.length >= total) break;
      reader = await EventReader.open(urls[n % 2] + path, { lastId: reader.lastId });
    }
    await stay.until('all came', ({ length }) => length === total + 1);
    const heard = stay.events.slice(1).map(({ data }) => data.path ?? data.run);
    assert.equal(new Set(heard).size, total);
    assert.deepEqual(
      stay.events.slice(4).map(({ event }) => event),
      [...Array<string>(4_500).fill('run'), ...Array<string>(18_000).fill('file')],
    );
    assert.deepEqual([...seen].sort(), [...heard].sort());
    stay.close();
    await other.close();
  }));

test('what is new is found by indexes alone, in tables that have much', () =>
  withApi(async ({ pool }) => {
    await pool.query(
      `INSERT INTO ops.run_change (xid, run_id, task, queue, trigger, recorded_at, state, attempt, cause)
       SELECT 3, gen_random_uuid(), 'flow', 'light', 'api', now(), 'queued', 0, 'recorded' FROM generate_series(1, 100000)`,
    );
    await pool.query(
      `INSERT INTO ops.file_change (xid, file_id, state, bytes) SELECT 3, n, 'arriving', 1 FROM generate_series(1, 100000) n`,
    );
    await pool.query(
      `INSERT INTO ops.log (xid, run_id, attempt, at, level, message)
       SELECT 3, gen_random_uuid(), 1, now(), 'info', 'said' FROM generate_series(1, 100000)`,
    );
    await pool.query(addRuns(20_000));
    await pool.query(addFiles('f', 20_000));
    await pool.query('ANALYZE ops.run_change, ops.file_change, ops.log, ops.run, ops.file');
    const session = new KeyedSession(pool);
    const scans: Scan[] = [];
    const now = parseSnapshot('1000000:1000000:999998');
    await session.use(async (db) => {
      const explain = async ({ text, values }: { text: string; values: unknown[] }): Promise<never> => {
        await db.query(`PREPARE read_all AS ${text}`);
        const given = values.map((value) =>
          Array.isArray(value)
            ? `'{${value.join()}}'`
            : typeof value === 'boolean'
              ? String(value)
              : `'${String(value)}'`,
        );
        scans.push(...(await scansOf(db, `EXECUTE read_all (${given.join()})`)));
        throw new Error('explained');
      };
      const needs = { logs: true, progress: true, roots: ['01900000-0000-7000-8000-000000000001'] };
      await assert.rejects(
        readChanges({ query: explain } as never, {
          from: now,
          fromSeconds: Date.now() / 1000,
          until: now,
          needs,
          limit: 2_000,
        }),
        /explained/,
      );
    });
    session.close();
    const tables = new Set(scans.map(({ table }) => table));
    for (const table of ['run', 'file', 'run_change_rest', 'log_rest', 'file_change_rest']) {
      assert.ok(tables.has(table), `${table} is read: ${JSON.stringify(scans)}`);
    }
    assert.deepEqual(
      scans
        .filter(({ kind, index }) => kind === 'Seq Scan' || index?.endsWith('_pkey') === true)
        .filter(({ table, index }) => !(index === 'run_pkey' || index === 'file_pkey') || table === ''),
      [],
    );
  }));
