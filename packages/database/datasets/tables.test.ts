import assert from 'node:assert/strict';
import { test } from 'node:test';
import type pg from 'pg';
import type { DatasetDefinition } from '#contracts/dataset.js';
import { SetupError } from '#contracts/errors.js';
import { withTestDatabase } from '../../../test/helpers/database.js';
import { ensureDatasets } from './tables.js';

const weights: DatasetDefinition = {
  table: 'hive.weight',
  description: "A hive's weight",
  columns: [
    { name: 'hive', type: 'text', maxLength: 8, required: true },
    { name: 'order', type: 'text' },
    { name: 'grams', type: 'integer' },
    { name: 'total', type: 'bigint' },
    { name: 'ratio', type: 'double precision' },
    { name: 'open', type: 'boolean' },
    { name: 'since', type: 'date' },
    { name: 'weighed_at', type: 'timestamptz', required: true },
    { name: 'local', type: 'timestamp' },
    { name: 'price', type: 'numeric', precision: 10, scale: 2 },
    { name: 'exact', type: 'numeric' },
    { name: 'tag', type: 'uuid' },
    { name: 'opens', type: 'time' },
  ],
  indexes: [['hive', 'weighed_at'], ['order']],
  replace: 'file',
};
const byMonth: DatasetDefinition = { ...weights, partition: { column: 'weighed_at', every: 'month' } };

async function columnsOf(pool: pg.Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS line
     FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`,
    [table],
  );
  return rows.map(({ line }) => line);
}

async function indexesOf(pool: pg.Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') AS line FROM pg_index
     WHERE indrelid = $1::regclass ORDER BY 1`,
    [table],
  );
  return rows.map(({ line }) => line);
}

test('a table is made with its schema, columns in order, key and indexes, once', async () => {
  await withTestDatabase(async ({ url, pool }) => {
    const both = await Promise.all([ensureDatasets(url, [weights]), ensureDatasets(url, [weights])]);
    assert.deepEqual(
      both.flatMap(({ changes }) => changes),
      ['made the table hive.weight'],
    );
    assert.deepEqual(await columnsOf(pool, 'hive.weight'), [
      'hive character varying(8) NOT NULL',
      'order text',
      'grams integer',
      'total bigint',
      'ratio double precision',
      'open boolean',
      'since date',
      'weighed_at timestamp with time zone NOT NULL',
      'local timestamp without time zone',
      'price numeric(10,2)',
      'exact numeric',
      'tag uuid',
      'opens time without time zone',
      'file_id bigint NOT NULL',
      'ordinal integer NOT NULL',
    ]);
    assert.deepEqual(await indexesOf(pool, 'hive.weight'), [
      'btree ("order")',
      'btree (file_id, ordinal)',
      'btree (hive, weighed_at)',
    ]);
    const { rows } = await pool.query("SELECT obj_description('hive.weight'::regclass) AS text");
    assert.deepEqual(rows, [{ text: "A hive's weight" }]);
  });
});

test('a partitioned table has block ranges by file instead of a key', async () => {
  await withTestDatabase(async ({ url, pool }) => {
    await ensureDatasets(url, [byMonth]);
    const { rows } = await pool.query("SELECT pg_get_partkeydef('hive.weight'::regclass) AS key");
    assert.deepEqual(rows, [{ key: 'RANGE (weighed_at)' }]);
    assert.ok(
      (await indexesOf(pool, 'hive.weight')).includes("brin (file_id) WITH (pages_per_range='32', autosummarize='on')"),
    );
    assert.deepEqual((await ensureDatasets(url, [byMonth])).changes, []);
  });
});

test('a column that may be empty and an index are added to a table that has rows', async () => {
  await withTestDatabase(async ({ url, pool }) => {
    await ensureDatasets(url, [weights]);
    await pool.query("INSERT INTO hive.weight (hive, weighed_at, file_id, ordinal) VALUES ('B7', now(), 1, 0)");
    const columns = [...weights.columns, { name: 'note', type: 'text', maxLength: 3 } as const];
    const { changes } = await ensureDatasets(url, [{ ...weights, columns, indexes: [['note']] }]);
    assert.deepEqual(changes, [
      'added the column note to hive.weight',
      'made the index weight_note_idx of hive.weight',
    ]);
    assert.equal((await columnsOf(pool, 'hive.weight')).at(-1), 'note character varying(3)');
  });
});

test('a table that differs is refused with what was expected and what is there, and nothing is changed', async () => {
  await withTestDatabase(async ({ url, pool }) => {
    await ensureDatasets(url, [weights]);
    await pool.query('CREATE VIEW hive.seen AS SELECT 1 AS one');
    const [hive, order, ...rest] = weights.columns;
    assert.ok(hive && order);
    const differing: readonly (readonly [Partial<DatasetDefinition>, RegExp])[] = [
      [
        { columns: [{ ...hive, maxLength: 9 }, order, ...rest] },
        /column hive to be character varying\(9\) NOT NULL, there is character varying\(8\) NOT NULL;/,
      ],
      [{ columns: [hive, { ...order, required: true }, ...rest] }, /column order to be text NOT NULL, there is text;/],
      [
        { columns: [hive, order, ...rest, { name: 'must', type: 'date', required: true }] },
        /column must to be date NOT NULL, there is none;/,
      ],
      [{ columns: [hive, ...rest], indexes: [] }, /there is a column order \(text\), which is not declared/],
      [
        { partition: { column: 'weighed_at', every: 'day' } },
        /partitioned by RANGE \(weighed_at\), there is a plain table/,
      ],
      [{ table: 'hive.seen' }, /expected a plain table, there is a view/],
    ];
    for (const [change, reason] of differing) {
      const wrong = { ...weights, ...change };
      await assert.rejects(ensureDatasets(url, [{ ...weights, table: 'hive.other' }, wrong]), (error) => {
        assert.ok(error instanceof SetupError, String(error));
        assert.match(error.message, reason);
        assert.match(error.message, /^the table hive\.\w+ is not as it is declared: .*; mend the declaration, or/);
        return true;
      });
    }
    const { rows } = await pool.query("SELECT to_regclass('hive.other') AS other");
    assert.deepEqual(rows, [{ other: null }]);
  });
});

test('a view shows the table in the schema public, follows its columns, and takes nobody else’s name', async () => {
  await withTestDatabase(async ({ url, pool }) => {
    const seen: DatasetDefinition = { ...weights, view: 'weight' };
    await ensureDatasets(url, [weights]);
    await pool.query("INSERT INTO hive.weight (hive, weighed_at, file_id, ordinal) VALUES ('B7', now(), 1, 0)");
    assert.deepEqual((await ensureDatasets(url, [seen])).changes, ['made the view public.weight of hive.weight']);
    assert.deepEqual((await ensureDatasets(url, [seen])).changes, []);
    assert.equal((await pool.query('SELECT hive FROM weight')).rows[0]?.hive, 'B7');
    const wider = { ...seen, columns: [...weights.columns, { name: 'note', type: 'text' } as const] };
    assert.deepEqual((await ensureDatasets(url, [wider])).changes, [
      'added the column note to hive.weight',
      'made the view public.weight of hive.weight',
    ]);
    assert.deepEqual((await pool.query('SELECT note FROM weight')).rows, [{ note: null }]);
    await pool.query('DROP VIEW weight');
    assert.equal((await ensureDatasets(url, [wider])).changes.length, 1);
    for (const other of ['TABLE weight (one int)', 'VIEW weight AS SELECT 1 AS one']) {
      await pool.query(`DROP VIEW IF EXISTS weight; CREATE ${other}`);
      await assert.rejects(
        ensureDatasets(url, [wider]),
        /hive\.weight wants the view public\.weight, and there is something else of that name; rename or drop it/,
      );
      await pool.query('DROP TABLE IF EXISTS weight').catch(() => {});
    }
  });
});

test('the data sample of an older version, partitions and rows included, is as it is declared', async () => {
  await withTestDatabase(async ({ url, pool }) => {
    await pool.query(`
      CREATE TABLE dwh.old (a varchar(32), create_at timestamp(6) NOT NULL, file_id bigint NOT NULL, ordinal int NOT NULL)
        PARTITION BY RANGE (create_at);
      CREATE INDEX old_file_id_idx ON dwh.old USING brin (file_id);
      CREATE TABLE dwh.old_1 PARTITION OF dwh.old FOR VALUES FROM ('2023-01-01') TO ('2023-01-02');
      INSERT INTO dwh.old VALUES ('x', '2023-01-01', 1, 0)`);
    const old: DatasetDefinition = {
      table: 'dwh.old',
      description: '',
      columns: [
        { name: 'a', type: 'text', maxLength: 32 },
        { name: 'create_at', type: 'timestamp', required: true },
      ],
      partition: { column: 'create_at', every: 'day' },
      replace: 'file',
    };
    assert.deepEqual((await ensureDatasets(url, [old])).changes, []);
  });
});
