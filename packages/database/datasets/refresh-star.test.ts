import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { count } from '../../../test/helpers/ledger.js';
import { type Pool, transaction } from '../pool.js';
import { refreshStar, type StarRefresh } from './refresh-star.js';
import type { StarDataset } from './star.js';
import { ensureDatasets } from './tables.js';

const readings: StarDataset = {
  table: 'shop.reading',
  description: 'Readings',
  columns: [
    { name: 'room', type: 'text', maxLength: 10 },
    { name: 'meter', type: 'text', maxLength: 20 },
    { name: 'at', type: 'timestamp', required: true },
    { name: 'note', type: 'text' },
  ],
  replace: 'file',
  star: {
    fact: 'shop.reading_fact',
    view: 'shop.reading_star',
    dimensions: [
      { table: 'shop.room', column: 'room' },
      { table: 'shop.meter', column: 'meter', belongsTo: 'shop.room' },
    ],
  },
};
const plenty = { files: 100, rows: 1_000 };

type Row = readonly [room: string | null, meter: string | null];

interface Shop {
  readonly pool: Pool;
  readonly url: string;
  /** Has rows loaded as a file's, instead of those that it had. */
  load(id: number, ...rows: Row[]): Promise<void>;
  /** Has a newer version take a file's rows away. */
  unload(id: number): Promise<void>;
  refresh(limits?: typeof plenty): Promise<StarRefresh | undefined>;
  roomsOf(): Promise<Record<string, string | null>>;
}

async function withShop(work: (shop: Shop) => Promise<void>): Promise<void> {
  await withTestDatabase(async ({ pool, url }) => {
    await ensureDatasets(url, [readings]);
    let runs = 0;
    await work({
      pool,
      url,
      async load(id, ...rows) {
        runs += 1;
        const run = `00000000-0000-7000-8000-${String(runs).padStart(12, '0')}`;
        await pool.query(
          `INSERT INTO ops.run (id, root_id, task, queue, state, trigger, input, max_attempts)
           VALUES ($1, $1, 't', 'q', 'succeeded', 'watcher', '{}', 1)`,
          [run],
        );
        await pool.query('DELETE FROM shop.reading WHERE file_id = $1', [id]);
        await pool.query(
          `INSERT INTO ops.file (id, source, path, size, mtime_ns, state, run_id, rows) VALUES ($1::bigint, 'shop', 'file ' || $1::bigint, 1, 1, 'loaded', $2, $3)
           ON CONFLICT (id) DO UPDATE SET run_id = $2, rows = $3, state = 'loaded'`,
          [id, run, rows.length],
        );
        for (const [ordinal, [room, meter]] of rows.entries()) {
          await pool.query(`INSERT INTO shop.reading VALUES ($1, $2, '2023-01-01', 'n', $3, $4)`, [
            room,
            meter,
            id,
            ordinal,
          ]);
        }
      },
      async unload(id) {
        await pool.query('DELETE FROM shop.reading WHERE file_id = $1', [id]);
        await pool.query(`UPDATE ops.file SET state = 'superseded', current = false WHERE id = $1`, [id]);
      },
      refresh: (limits = plenty) => transaction(pool, (tx) => refreshStar(tx, readings, 'shop', limits)),
      async roomsOf() {
        const { rows } = await pool.query<{ meter: string; room: string | null }>(
          'SELECT meter, room FROM shop.meter LEFT JOIN shop.room ON room.id = room_id ORDER BY meter',
        );
        return Object.fromEntries(rows.map(({ meter, room }) => [meter, room]));
      },
    });
  });
}

async function assertSame(pool: Pool): Promise<void> {
  const differences = `SELECT count(*) FROM (
    (SELECT * FROM shop.reading EXCEPT ALL SELECT * FROM shop.reading_star)
    UNION ALL (SELECT * FROM shop.reading_star EXCEPT ALL SELECT * FROM shop.reading)) d`;
  assert.equal(await count(pool, differences), 0, 'the view is what the table is');
}

test('the view over the star has the rows of the table, doubled rows and missing names included', async () => {
  await withShop(async ({ load, refresh, pool, roomsOf }) => {
    await load(1, ['hall', 'm1'], ['hall', 'm1'], ['hall', null], [null, 'm2'], [null, null]);
    await load(2);
    assert.deepEqual(await refresh(), { files: 2, rows: 5, removed: 0, left: 0 });
    await assertSame(pool);
    assert.equal(await count(pool, 'SELECT count(*) FROM shop.reading_star'), 5);
    assert.deepEqual(await roomsOf(), { m1: 'hall', m2: null });
    assert.deepEqual(await refresh(), { files: 0, rows: 0, removed: 0, left: 0 });
  });
});

test('names get their ids once, without gaps, also when most of them are known', async () => {
  await withShop(async ({ load, refresh, pool }) => {
    for (let file = 1; file <= 4; file += 1) {
      await load(file, ...Array.from({ length: 10 }, (_, n): Row => ['hall', `m${file + n}`]));
      await refresh();
    }
    const { rows } = await pool.query('SELECT min(id), max(id), count(*)::int FROM shop.meter');
    assert.deepEqual(rows, [{ min: 1, max: 13, count: 13 }]);
    await assertSame(pool);
  });
});

test('a file that is loaded once more, or whose rows are gone, is renewed in the star and no other is', async () => {
  await withShop(async ({ load, unload, refresh, pool }) => {
    await load(1, ['hall', 'm1']);
    await load(2, ['hall', 'm2'], ['hall', 'm3']);
    await load(3, ['hall', 'm4']);
    await refresh();
    const untouched = `SELECT max(xmin::text::bigint) FROM shop.reading_fact WHERE file_id = 3`;
    const before = await count(pool, untouched);
    await load(1, ['attic', 'm1'], ['attic', 'm9']);
    await unload(2);
    assert.deepEqual(await refresh(), { files: 1, rows: 2, removed: 1, left: 0 });
    await assertSame(pool);
    assert.equal(await count(pool, untouched), before);
  });
});

test('one transaction takes on no more than its limits, and the next ones the rest', async () => {
  await withShop(async ({ load, refresh, pool }) => {
    for (let file = 1; file <= 5; file += 1) await load(file, ['hall', 'm1'], ['hall', 'm2']);
    assert.deepEqual(await refresh({ files: 2, rows: 100 }), { files: 2, rows: 4, removed: 0, left: 3 });
    assert.deepEqual(await refresh({ files: 9, rows: 3 }), { files: 2, rows: 4, removed: 0, left: 1 });
    assert.deepEqual(await refresh({ files: 9, rows: 1 }), { files: 1, rows: 2, removed: 0, left: 0 });
    await assertSame(pool);
  });
});

test('a member belongs where the file with the highest id says, in whatever order files come; facts keep their own', async () => {
  await withShop(async ({ load, refresh, pool, roomsOf }) => {
    await load(1, ['hall', 'm1'], ['hall', 'm2']);
    await load(3, ['attic', 'm1']);
    await refresh();
    assert.deepEqual(await roomsOf(), { m1: 'attic', m2: 'hall' });
    await load(2, ['cellar', 'm1'], ['cellar', 'm2'], [null, 'm2']);
    await refresh();
    assert.deepEqual(await roomsOf(), { m1: 'attic', m2: 'cellar' });
    await assertSame(pool);
    const { rows } = await pool.query(`SELECT room FROM shop.reading_star WHERE meter = 'm1' ORDER BY file_id`);
    assert.deepEqual(
      rows.map((row) => row.room),
      ['hall', 'cellar', 'attic'],
    );
  });
});

test('of refreshes at once one does the work, and the others say that they did nothing', async () => {
  await withShop(async ({ load, refresh, pool }) => {
    for (let file = 1; file <= 6; file += 1) await load(file, ['hall', `m${file}`]);
    await transaction(pool, async (tx) => {
      assert.equal((await refreshStar(tx, readings, 'shop', plenty))?.files, 6);
      assert.equal(await refresh(), undefined);
    });
    assert.deepEqual(await refresh(), { files: 0, rows: 0, removed: 0, left: 0 });
    await assertSame(pool);
  });
});

test('what the transaction does after a refresh, such as the end of its attempt, is planned as before it', async () => {
  await withShop(async ({ load, pool }) => {
    await load(1, ['hall', 'm1']);
    await transaction(pool, async (tx) => {
      const settings = async () =>
        (await tx.query(`SELECT name, setting FROM pg_settings WHERE name LIKE 'enable%' ORDER BY name`)).rows;
      const before = await settings();
      assert.equal((await refreshStar(tx, readings, 'shop', plenty))?.files, 1);
      assert.deepEqual(await settings(), before);
    });
  });
});

test('the star is made once, and a table that is not as it would be made is refused with what to do', async () => {
  await withShop(async ({ url, pool }) => {
    assert.deepEqual(await ensureDatasets(url, [readings]), { changes: [] });
    const wider: DatasetDefinition = { ...readings, columns: [...readings.columns, { name: 'lux', type: 'integer' }] };
    await assert.rejects(
      ensureDatasets(url, [wider]),
      (error) => error instanceof SetupError && /shop\.reading_fact.*lux integer.*drop it/.test(error.message),
    );
    await pool.query('DROP VIEW shop.reading_star; DROP TABLE shop.reading_fact, shop.reading_fact_file');
    const { changes } = await ensureDatasets(url, [wider]);
    assert.deepEqual(changes, [
      'added the column lux to shop.reading',
      'made the table shop.reading_fact',
      'made the table shop.reading_fact_file',
      'made the view shop.reading_star',
    ]);
  });
});
