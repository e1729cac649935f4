import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parquetReadObjects } from 'hyparquet';
import {
  doubledRowsOf,
  expiryCountsOf,
  rowsPerSampleFile,
  type SampleOracles,
  sampleMinute,
  sampleOracles,
  wholeSampleFiles,
} from './data-sample-oracles.js';
import { sampleRows } from './data-sample-rows.js';
import { dataSampleBytes } from './parquet.js';

const seed = 3;

test('all files together answer with the counts of the real data', () => {
  const { rowsPerDay, ...counts } = sampleOracles(wholeSampleFiles);
  assert.deepEqual(counts, {
    files: 43_201,
    rows: 82_686_714,
    distinctRows: 82_686_102,
    expire87: 27_558_800,
    expire88: 27_568_374,
    expire89: 27_559_540,
  });
  assert.equal(rowsPerDay.size, 31);
  assert.deepEqual([...rowsPerDay.values()], [...Array.from({ length: 30 }, () => 1440 * 1914), 1914]);
  assert.deepEqual([...rowsPerDay.keys()].at(-1), '2023-01-31');
});

test('what single files are allotted adds up to the whole', () => {
  const sum = { 87: 0, 88: 0, 89: 0, doubled: 0 };
  for (let index = 0; index < wholeSampleFiles; index++) {
    const counts = expiryCountsOf(index, rowsPerSampleFile);
    for (const days of [87, 88, 89] as const) sum[days] += counts[days];
    sum.doubled += doubledRowsOf(index);
  }
  assert.deepEqual(sum, { 87: 27_558_800, 88: 27_568_374, 89: 27_559_540, doubled: 612 });
});

/** What files of rows really hold; the rows in any form of their own. */
function counted(files: readonly (readonly { readonly row: string; readonly days: number }[])[]) {
  const found = { rows: 0, distinctRows: 0, expire87: 0, expire88: 0, expire89: 0 };
  for (const rows of files) {
    found.rows += rows.length;
    found.distinctRows += new Set(rows.map(({ row }) => row)).size;
    found.expire87 += rows.filter(({ days }) => days === 87).length;
    found.expire88 += rows.filter(({ days }) => days === 88).length;
    found.expire89 += rows.filter(({ days }) => days === 89).length;
  }
  return found;
}

function expected({ rows, distinctRows, expire87, expire88, expire89 }: SampleOracles) {
  return { rows, distinctRows, expire87, expire88, expire89 };
}

for (const start of [0, 20_000, wholeSampleFiles - 200]) {
  test(`200 files from index ${start} on hold exactly the rows that are stated`, () => {
    const files = Array.from({ length: 200 }, (_, n) => {
      const { sensors, products, expiryDays } = sampleRows({ minute: sampleMinute(start + n), seed });
      return Array.from(sensors, (sensor, row) => {
        const days = expiryDays[row] ?? 0;
        return { row: `${sensor} ${products[row]} ${days}`, days };
      });
    });
    const stated = expected(sampleOracles(200, start));
    assert.deepEqual(counted(files), stated);
    assert.ok(stated.rows - stated.distinctRows > 1, 'too few doubled rows to see any');
  });
}

test('read back from parquet, the rows of two hours are those that are stated', async () => {
  const files = [];
  for (let index = 0; index < 120; index++) {
    const minute = sampleMinute(index);
    const rows = await parquetReadObjects({ file: dataSampleBytes({ minute, seed }).slice().buffer });
    files.push(
      rows.map((row) => {
        const days = (Number(row['product_expire']) - minute.getTime()) / 86_400_000;
        return { row: Object.values(row).map(String).join(' '), days };
      }),
    );
  }
  assert.deepEqual(counted(files), expected(sampleOracles(120)));
});

test('files of another length have the same proportions of expiry', () => {
  const { expiryDays } = sampleRows({ minute: sampleMinute(0), seed, rows: 30_000 });
  const counts = [87, 88, 89].map((days) => expiryDays.filter((found) => found === days).length);
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 10, counts.join(', '));
});
