import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sortOrdersOf } from '#contracts/dataset-parameters.js';
import { defineDatasetTask, manySmallFiles } from '#contracts/file-task.js';
import { withTestDatabase } from '../../../../test/helpers/database.js';
import { coverSpans } from '../../datasets/partitions.js';
import { ensureDatasets } from '../../datasets/tables.js';
import { transaction } from '../../pool.js';
import { eachPage } from '../page.js';
import { listRows } from './list-rows.js';
import type { RowPosition } from './row-query.js';

const { source, dataset: table } = defineDatasetTask({
  name: 'load-ticks',
  description: '',
  source: { name: 'ticks', description: '', matches: () => false, batch: manySmallFiles },
  format: 'json',
  dataset: {
    table: 'lab.tick',
    description: '',
    columns: [
      { name: 'at', type: 'timestamptz', required: true },
      { name: 'n', type: 'integer' },
    ],
    partition: { column: 'at', every: 'day' },
    replace: 'file',
  },
});

const micros = (day: number): bigint => BigInt(Date.UTC(2026, 0, day)) * 1000n;

test('a request without time to spare hands out what it has, and the next one goes on behind it', () =>
  withTestDatabase(async ({ url, pool }) => {
    await ensureDatasets(url, [table]);
    await transaction(pool, (tx) => coverSpans(tx, table.table, [{ from: micros(1), to: micros(6) }], 'day'));
    for (let file = 1; file <= 4; file++) {
      // So large a number of rows that each file is looked through by itself; at midnight, the bound of two partitions, too.
      await pool.query(
        `INSERT INTO ops.file (path, source, state, size, mtime_ns, rows) VALUES ($1, 'ticks', 'loaded', 1, 1, 1000000)`,
        [`${file}`],
      );
      await pool.query(
        `INSERT INTO lab.tick SELECT timestamptz '2026-01-01Z' + n / 2 * interval '12 hours', n, $1, n FROM generate_series(0, 19) n`,
        [file],
      );
    }
    for (const order of sortOrdersOf(table)) {
      for (const descending of [false, true]) {
        for (const limit of [1, 3, 1000]) {
          const query = { table, source: source.name, conditions: [], order, descending };
          const positions: number[][] = [];
          let pages = 0;
          const read = async (after: RowPosition | undefined) => {
            assert.ok(pages++ < 200, 'the pages come to an end');
            return listRows(pool, query, { after, limit }, 0);
          };
          for await (const page of eachPage(read)) {
            for (const row of page) positions.push([Number(row.fileId), row.ordinal, Math.floor(row.ordinal / 2)]);
          }
          const expected = Array.from({ length: 80 }, (_, at) => [
            Math.floor(at / 20) + 1,
            at % 20,
            Math.floor((at % 20) / 2),
          ]);
          const by = order.by === 'file' ? [0, 1] : [2, 0, 1];
          expected.sort((a, b) => by.map((key) => (a[key] ?? 0) - (b[key] ?? 0)).find((each) => each !== 0) ?? 0);
          assert.deepEqual(
            positions,
            descending ? expected.toReversed() : expected,
            `${order.name} ${descending} ${limit}`,
          );
          assert.ok(limit < 1000 || pages >= 4, `${pages} pages`);
        }
      }
    }
  }));
