import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withTestDatabase } from '../../../test/helpers/database.js';
import type { Pool } from '../pool.js';
import { transaction } from '../pool.js';
import {
  attachPartition,
  coverSpans,
  createPartitionTable,
  lockPartitions,
  summarizePartitions,
  TimePartitions,
  type TimeSpan,
} from './partitions.js';

const table = 'public.readings';
const micros = (time: string): bigint => BigInt(Date.parse(`${time}Z`)) * 1000n;
const span = (from: string, to: string): TimeSpan => ({ from: micros(from), to: micros(to) });

async function withTable(work: (pool: Pool) => Promise<void>): Promise<void> {
  await withTestDatabase(async ({ pool }) => {
    await pool.query('CREATE TABLE readings (at timestamp NOT NULL, file_id bigint) PARTITION BY RANGE (at)');
    await pool.query('CREATE INDEX ON readings USING brin (file_id)');
    await work(pool);
  });
}

async function boundsOf(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT c.relname || ' ' || pg_get_expr(c.relpartbound, c.oid) AS line
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'readings'::regclass`,
  );
  return rows.map((row) => row.line.replaceAll(/FOR VALUES |[()']/g, '')).sort();
}

test('a span gets the days that it touches, each once, and no day between two spans', async () => {
  await withTable(async (pool) => {
    const spans = [
      span('2023-01-01T10:00', '2023-01-02T00:00'),
      span('2023-01-02T05:00', '2023-01-02T06:00'),
      span('2023-03-01T00:00', '2023-03-01T00:00'),
    ];
    assert.equal(await transaction(pool, (tx) => coverSpans(tx, table, spans, 'day')), true);
    assert.deepEqual(await boundsOf(pool), [
      'readings_20230101 FROM 2023-01-01 00:00:00 TO 2023-01-02 00:00:00',
      'readings_20230102 FROM 2023-01-02 00:00:00 TO 2023-01-03 00:00:00',
      'readings_20230301 FROM 2023-03-01 00:00:00 TO 2023-03-02 00:00:00',
    ]);
    assert.equal(await transaction(pool, (tx) => coverSpans(tx, table, spans, 'day')), false);
  });
});

test('months and years are cells as well, from year 1 to year 9999', async () => {
  await withTable(async (pool) => {
    const moment = (time: string): TimeSpan[] => [span(time, time)];
    await transaction(pool, (tx) => coverSpans(tx, table, moment('2023-12-31T23:59:59'), 'month'));
    await transaction(pool, (tx) => coverSpans(tx, table, moment('9999-12-31T23:59:59'), 'year'));
    await transaction(pool, (tx) => coverSpans(tx, table, moment('0001-01-01T00:00'), 'year'));
    assert.deepEqual(await boundsOf(pool), [
      'readings_0001 FROM 0001-01-01 00:00:00 TO 0002-01-01 00:00:00',
      'readings_202312 FROM 2023-12-01 00:00:00 TO 2024-01-01 00:00:00',
      'readings_9999 FROM 9999-01-01 00:00:00 TO 10000-01-01 00:00:00',
    ]);
  });
});

test('a table with rows is attached for just their time, and later days are cut around it', async () => {
  await withTable(async (pool) => {
    const half = span('2023-01-01T06:00', '2023-01-01T11:59:00');
    await transaction(pool, async (tx) => {
      await createPartitionTable(tx, table, 'public.readings_r1');
      await tx.query(`INSERT INTO readings_r1 VALUES ('2023-01-01 06:00', 1), ('2023-01-01 11:59:00', 2)`);
      await lockPartitions(tx, table);
      assert.equal(await attachPartition(tx, table, 'public.readings_r1', half), true);
    });
    await transaction(pool, (tx) => coverSpans(tx, table, [span('2023-01-01T00:00', '2023-01-01T23:00')], 'day'));
    assert.deepEqual(await boundsOf(pool), [
      'readings_20230101 FROM 2023-01-01 00:00:00 TO 2023-01-01 06:00:00',
      'readings_20230101115900 FROM 2023-01-01 11:59:00.000001 TO 2023-01-02 00:00:00',
      'readings_r1 FROM 2023-01-01 06:00:00 TO 2023-01-01 11:59:00.000001',
    ]);
    await summarizePartitions(pool, table, [half]);
    const { rows } = await pool.query('SELECT count(*)::int AS n FROM readings');
    assert.deepEqual(rows, [{ n: 2 }]);
  });
});

test('a span that another partition has come into is not attached', async () => {
  await withTable(async (pool) => {
    await transaction(pool, (tx) => coverSpans(tx, table, [span('2023-01-02T00:00', '2023-01-02T00:00')], 'day'));
    await transaction(pool, async (tx) => {
      await createPartitionTable(tx, table, 'public.readings_r2');
      await lockPartitions(tx, table);
      assert.equal(
        await attachPartition(tx, table, 'public.readings_r2', span('2023-01-01T00:00', '2023-01-03T00:00')),
        false,
      );
    });
    const partitions = await TimePartitions.read(pool, table);
    assert.equal(partitions.gapOf(span('2023-01-01T00:00', '2023-01-01T23:59:59')), 0);
    assert.equal(partitions.gapOf(span('2023-01-03T00:00', '2023-01-04T00:00')), 1);
    assert.equal(partitions.gapOf(span('2023-01-01T00:00', '2023-01-02T00:00')), undefined);
    assert.equal(partitions.gapOf(span('2023-01-01T00:00', '2023-01-03T00:00')), undefined);
  });
});
