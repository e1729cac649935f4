import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDataset } from './check-dataset.js';
import type { ColumnDefinition, DatasetDefinition } from './dataset.js';
import { SetupError } from './errors.js';

const at: ColumnDefinition = { name: 'at', type: 'timestamptz', required: true };
const hive: ColumnDefinition = { name: 'hive', type: 'text', maxLength: 8, from: 'Hive No.' };
const sound: DatasetDefinition = {
  table: 'dwh.hive',
  description: '',
  columns: [hive, at],
  partition: { column: 'at', every: 'day' },
  replace: 'day',
  indexes: [['hive', 'at'], ['file_id']],
};

test('a sound declaration passes', () => {
  checkDataset({ name: 'load-hives', dataset: sound });
});

const faults: readonly (readonly [Partial<DatasetDefinition>, RegExp])[] = [
  [{ view: 'public.hive' }, /name of a view in the schema public.*got "public\.hive"/],
  [{ table: 'hive' }, /expected a table like dwh\.data_sample.*got "hive"/],
  [{ table: 'dwh.Hive' }, /small letters/],
  [{ table: 'dwh.hive;drop' }, /small letters/],
  [{ table: `dwh.${'h'.repeat(41)}` }, /at most 40 characters/],
  [{ table: 'ops.hive' }, /schema ops is not for datasets/],
  [{ table: 'pg_catalog.hive' }, /schema pg_catalog/],
  [{ columns: [] }, /1 to 1000 columns, got 0/],
  [{ columns: [{ ...hive, name: 'Hive' }, at] }, /column names of small letters.*got "Hive"/],
  [{ columns: [at, { name: 'file_id', type: 'bigint' }] }, /column file_id is added by Millrace/],
  [{ columns: [at, { name: 'ordinal', type: 'integer' }] }, /column ordinal is added by Millrace/],
  [{ columns: [at, at] }, /two columns are named at/],
  [{ columns: [at, { name: 'b', type: 'text', from: 'at' }] }, /two columns are read from "at"/],
  [{ columns: [{ ...at, maxLength: 3 }] }, /at is timestamptz and has a maxLength/],
  [{ columns: [{ ...hive, maxLength: 0 }, at] }, /maxLength from 1 to .* got 0/],
  [{ columns: [{ ...hive, precision: 3 }, at] }, /hive is text and has a precision or scale/],
  [{ columns: [{ name: 'a', type: 'numeric', precision: 1001 }, at] }, /precision from 1 to 1000 .* got 1001/],
  [{ columns: [{ name: 'a', type: 'numeric', scale: 2 }, at] }, /precision from 1 to 1000 .* got none/],
  [{ columns: [{ name: 'a', type: 'numeric', precision: 2, scale: 3 }, at] }, /scale from 0 to 2 .* got 3/],
  [{ partition: { column: 'since', every: 'day' } }, /partitioned by since, which is none of its columns/],
  [{ partition: { column: 'hive', every: 'day' } }, /partitioned by hive, which is text; expected timestamp/],
  [{ columns: [hive, { name: 'at', type: 'timestamp' }] }, /partitioned by at, which may lack a value/],
  [{ indexes: [['weight']] }, /an index names weight/],
  [{ indexes: [[]] }, /an index names no column/],
  [{ indexes: [['at', 'at']] }, /index by at, at names a column twice/],
  [{ indexes: [['at'], ['at']] }, /two indexes are by at/],
];
for (const [change, reason] of faults) {
  test(`refuses a dataset because ${reason.source}`, () => {
    assert.throws(
      () => checkDataset({ name: 'load-hives', dataset: { ...sound, ...change } }),
      (error) => {
        assert.ok(error instanceof SetupError);
        assert.match(error.message, /^the dataset of the task load-hives cannot be made: /);
        assert.match(error.message, reason);
        return true;
      },
    );
  });
}

test('replacing by day needs a column that gives the day', () => {
  const { partition: _, ...plain } = sound;
  assert.throws(() => checkDataset({ name: 'load-hives', dataset: plain }), /replaces by day, but has no partition/);
});
